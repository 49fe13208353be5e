"""`POST /generate` and `/generate/stream`: the workflow of its.yaml, as clients of NeMo Agent Toolkit call it."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any
from uuid import uuid4

from fastapi import Request, Response
from pydantic import Field, RootModel

from its.chat.v1.sampling_pb2 import Sampling
from its.orchestrator.v1.answer_pb2 import Budget as Limits
from its.orchestrator.v1.event_pb2 import SolveEvent
from its.orchestrator.v1.orchestrator_pb2 import Detail, RunFunctionRequest, SolveRequest
from its_gateway.auth import caller_of
from its_gateway.connection import while_connected
from its_gateway.convert import to_value
from its_gateway.errors import ApiError, from_its
from its_gateway.front import timing
from its_gateway.function_call import FunctionCall
from its_gateway.generated import Generated
from its_gateway.headers import ALGORITHM, chosen
from its_gateway.orchestrator import Orchestrator
from its_gateway.parse import parse_as, read_body
from its_gateway.renaming import renamed
from its_gateway.schema import Budget
from its_gateway.settings import Settings
from its_gateway.sse import EventStream
from its_gateway.strict import Strict
from its_runtime.errors import Internal, ItsError

WORKFLOW = "workflow"
NAMES = {"input": "body", "function": "workflow"}
"""What the orchestrator's names of fields are called here."""


class GenerateRequest(RootModel[Any]):
    """The input of the workflow, of the type that the workflow takes.

    A workflow that takes a text takes `{"input_message": "..."}` as well.
    """


class HeaderTerms(Strict):
    """What headers choose."""

    budget: Budget = Field(default=Budget(), description="What the run may spend.")
    algorithm: str = ""


class Generate:
    """Both endpoints, with what they need."""

    def __init__(self, settings: Settings, orchestrator: Orchestrator) -> None:
        self._settings = settings
        self._orchestrator = orchestrator

    async def whole(self, request: Request) -> Response:
        """Run the workflow on the body of `request`, and return `{"value": ...}`; stop when the client leaves."""
        call, events = await self._call(request, Detail.DETAIL_UNSPECIFIED)
        return await while_connected(request.receive, _whole(call, events))

    async def stream(self, request: Request) -> Response:
        """Do the same, and tell pieces of the output, and what happens, as they come."""
        call, events = await self._call(request, Detail.DETAIL_PROGRESS)
        pieces = Generated(call).of(events, timing(self._settings, request))
        return await while_connected(request.receive, _begun(pieces))

    async def _call(
        self, request: Request, detail: Detail.ValueType
    ) -> tuple[FunctionCall, AsyncGenerator[SolveEvent, None]]:
        body = await read_body(request, self._settings.max_body_bytes)
        given = parse_as(GenerateRequest, request.headers.get("content-type", ""), body)
        terms = chosen(HeaderTerms(), request.headers, self._settings.endpoints)
        if terms.algorithm:
            raise ApiError(400, f"{ALGORITHM}: a workflow has its own; leave it out", param=ALGORITHM)
        asked = RunFunctionRequest(function=WORKFLOW, input=to_value("body", given.root))
        call = FunctionCall(self._orchestrator, asked)
        question = SolveRequest(
            request_id=f"{request.state.request_id}-{uuid4().hex[:8]}",
            model=WORKFLOW,
            budget=Limits(**terms.budget.model_dump(exclude_none=True)),
            sampling=Sampling(),
            detail=detail,
        )
        return call, caller_of(request).solve(call, question, self._settings.request_seconds)


async def _whole(call: FunctionCall, events: AsyncGenerator[SolveEvent, None]) -> Response:
    ended = False
    try:
        async with aclosing(events) as happening:
            async for event in happening:
                ended = event.HasField("answer")
    except ItsError as error:
        raise renamed(from_its(error), NAMES) from error
    if not ended:
        raise Internal("the run ended without an output")
    return Response(call.as_json(), media_type="application/json")


async def _begun(pieces: AsyncGenerator[bytes, None]) -> Response:
    try:
        return EventStream(await anext(pieces), pieces)
    except ItsError as error:
        raise renamed(from_its(error), NAMES) from error
