"""Functions of the orchestrator, asked and answered as models are."""

import time
from collections.abc import AsyncGenerator, Callable, Sequence

from google.protobuf.message import Message

from its.orchestrator.v1.event_pb2 import SolveEvent
from its.orchestrator.v1.listing_pb2 import FunctionInfo
from its.orchestrator.v1.orchestrator_pb2 import RunFunctionRequest, SolveRequest
from its_gateway.caller import Solves
from its_gateway.function_call import FunctionCall
from its_gateway.orchestrator import Orchestrator, Told
from its_runtime.errors import InvalidRequest, Unsupported, Violation

REMEMBERED_SECONDS = 5.0
"""How long a name that was no function stays none: an orchestrator that started anew may have others."""


class Functions:
    """Which functions there are; a name of one that was seen stays one."""

    def __init__(self, orchestrator: Orchestrator, clock: Callable[[], float] = time.monotonic) -> None:
        self._orchestrator = orchestrator
        self._clock = clock
        self._names: frozenset[str] = frozenset()
        self._listed: float | None = None

    async def all(self) -> Sequence[FunctionInfo]:
        """Return every function that can be asked as a model; those of groups are tools, and can't."""
        await self._list()
        return [one for one in await self._orchestrator.functions() if one.name in self._names] if self._names else ()

    async def behind(self, model: str) -> Solves:
        """Return what answers as `model`: the function of that name, where there is one, or the orchestrator."""
        if model not in self._names and self._is_stale:
            await self._list()
        return ChatFunction(self._orchestrator) if model in self._names else self._orchestrator

    async def _list(self) -> None:
        try:
            found = await self._orchestrator.functions(names_only=True)
        except Unsupported:
            found = ()
        self._names, self._listed = frozenset([one.name for one in found]), self._clock()

    @property
    def _is_stale(self) -> bool:
        return self._listed is None or self._clock() > self._listed + REMEMBERED_SECONDS


class ChatFunction:
    """Answers questions as the orchestrator does, each by the function that the question names as its model."""

    def __init__(self, orchestrator: Orchestrator) -> None:
        self._orchestrator = orchestrator

    def solve(
        self, request: SolveRequest, seconds: float, told: Told | None = None
    ) -> AsyncGenerator[SolveEvent, None]:
        """Yield what happens while the function answers. Raises InvalidRequest for what it can't honour."""
        return FunctionCall(self._orchestrator, to_function_request(request)).solve(request, seconds, told)


def to_function_request(question: SolveRequest) -> RunFunctionRequest:
    """Return the call of the function that a question names. Raises InvalidRequest for what it can't honour."""
    _check(question)
    asked = RunFunctionRequest(function=question.model)
    if question.HasField("text"):
        asked.input.string_value = question.text
    else:
        asked.conversation.CopyFrom(question.conversation)
    return asked


def _check(question: SolveRequest) -> None:
    given = [
        *_set(question, frozenset({"request_id", "model", "conversation", "text", "budget", "detail", "sampling"})),
        *[f"sampling.{name}" for name in _set(question.sampling, frozenset({"seed"}))],
        *[f"conversation.{name}" for name in _set(question.conversation, frozenset({"messages"}))],
    ]
    given = [name for name in given if name not in _TENANT]
    if given:
        message = f"{question.model!r} is a function, which takes messages, a budget and a seed; leave this out"
        raise InvalidRequest(message, violations=[Violation(name, message) for name in given])


def _set(message: Message, known: frozenset[str]) -> list[str]:
    return [field.name for field, _ in message.ListFields() if field.name not in known]


_TENANT = frozenset({"tenant", "priority", "limits"})
"""What the gateway itself adds to a question."""
