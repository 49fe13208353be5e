"""One call of a function, told as a question is that a model answers: text that is certain, and last the answer."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import orjson
from google.protobuf.struct_pb2 import Value

from its.chat.v1.chat_pb2 import ContentPart, Message, Role
from its.chat.v1.tokens_pb2 import ModelIdentity
from its.generator.v1.generator_pb2 import StopReason
from its.orchestrator.v1.answer_pb2 import Answer
from its.orchestrator.v1.event_pb2 import SolveEvent, TextCommitted
from its.orchestrator.v1.orchestrator_pb2 import (
    FunctionOutput,
    RunFunctionRequest,
    RunFunctionResponse,
    SolveRequest,
)
from its_gateway.orchestrator import Orchestrator, Told
from its_runtime.values import plain


class FunctionCall:
    """A call that has not been made yet; it is made once."""

    def __init__(self, orchestrator: Orchestrator, asked: RunFunctionRequest) -> None:
        self.value: Any = None
        """What the event that was told last carries, in its own type: a piece of the output, or all of it."""
        self.pieces = 0
        """How many pieces came."""
        self._orchestrator = orchestrator
        self._asked = asked
        self._said = ""

    async def solve(
        self, request: SolveRequest, seconds: float, told: Told | None = None
    ) -> AsyncGenerator[SolveEvent, None]:
        """Yield what happens while the function runs on the terms of `request`."""
        asked = self._asked
        asked.request_id, asked.detail = request.request_id, request.detail
        asked.tenant, asked.priority = request.tenant, request.priority
        if request.HasField("limits"):
            asked.limits.CopyFrom(request.limits)
        asked.budget.CopyFrom(request.budget)
        if request.sampling.HasField("seed"):
            asked.seed = request.sampling.seed
        async with aclosing(self._orchestrator.run_function(asked, seconds, told)) as parts:
            async for part in parts:
                yield self._told(part, request)

    def as_json(self) -> bytes:
        """Return the value as `/generate` says it."""
        return orjson.dumps({"value": self.value})

    def _told(self, part: RunFunctionResponse, request: SolveRequest) -> SolveEvent:
        match part.WhichOneof("kind"):
            case "chunk":
                return self._piece(part.chunk)
            case "output":
                return self._answer(part.output, request)
            case _:
                return part.event

    def _piece(self, piece: Value) -> SolveEvent:
        self.value, self.pieces = plain(piece), self.pieces + 1
        text = as_text(self.value)
        self._said += text
        return SolveEvent(committed=TextCommitted(text=text))

    def _answer(self, output: FunctionOutput, request: SolveRequest) -> SolveEvent:
        self.value = plain(output.value)
        text = self._said if self.pieces else as_text(self.value)
        answer = Answer(
            message=Message(role=Role.ROLE_ASSISTANT, content=[ContentPart(text=text)]),
            stop_reason=StopReason.STOP_REASON_EOS,
            algorithm=self._asked.function,
            budget=request.budget,
            ledger=output.ledger,
            stopped_by=output.stopped_by,
            seed=output.seed,
            model=ModelIdentity(name=self._asked.function),
        )
        return SolveEvent(trace_id=output.trace_id, answer=answer)


def as_text(value: object) -> str:
    """Return a value as a message says it: a text as it is, nothing for nothing, and anything else as JSON."""
    if isinstance(value, str):
        return value
    return "" if value is None else orjson.dumps(value).decode()
