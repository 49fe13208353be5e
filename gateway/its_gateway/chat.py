"""`POST /v1/chat/completions`: validate, convert, call, convert."""

import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from uuid import uuid4

from fastapi import Request, Response

from its.orchestrator.v1.event_pb2 import SolveEvent
from its_gateway.answer import completion
from its_gateway.auth import caller_of
from its_gateway.caller import Caller
from its_gateway.catalogue import Catalogue
from its_gateway.connection import while_connected
from its_gateway.convert import to_solve_request
from its_gateway.orchestrator import Orchestrator
from its_gateway.parse import parse, read_body
from its_gateway.schema import ChatRequest
from its_gateway.settings import Settings
from its_gateway.sse import EventStream
from its_gateway.stream import Chunks, Timing
from its_runtime.errors import Internal

Events = AsyncGenerator[SolveEvent, None]


class Chat:
    """The endpoint, with what it needs."""

    def __init__(self, settings: Settings, orchestrator: Orchestrator) -> None:
        self._settings = settings
        self._orchestrator = orchestrator
        self._catalogue = Catalogue(orchestrator)

    async def answer(self, request: Request) -> Response:
        """Answer the conversation in the body of `request`; stop all work when the client leaves."""
        body = await read_body(request, self._settings.max_body_bytes)
        asked = parse(request.headers.get("content-type", ""), body)
        request.state.noted = _noted(asked)
        return await while_connected(request.receive, self._solve(asked, request.state.request_id, caller_of(request)))

    async def _solve(self, asked: ChatRequest, request_id: str, caller: Caller) -> Response:
        choice = await self._catalogue.choose(asked.model, asked.algorithm)
        id = uuid4().hex
        question = to_solve_request(asked, choice, f"{request_id}-{id[:8]}")
        events = caller.solve(self._orchestrator, question, self._settings.request_seconds)
        if asked.stream:
            return await self._stream(asked, events, f"chatcmpl-{id}")
        return await _whole(asked, events, f"chatcmpl-{id}")

    async def _stream(self, asked: ChatRequest, events: Events, id: str) -> Response:
        usage = asked.stream_options is not None and asked.stream_options.include_usage
        chunks = Chunks(id, int(time.time()), asked.model, progress=asked.its.progress, include_usage=usage)
        pieces = chunks.of(events, Timing(self._settings.status_seconds, self._settings.keep_alive_seconds))
        return EventStream(await anext(pieces), pieces)


async def _whole(asked: ChatRequest, events: Events, id: str) -> Response:
    created = int(time.time())
    async with aclosing(events):
        async for event in events:
            if event.HasField("answer"):
                body = completion(event.answer, event.trace_id, id=id, created=created, model=asked.model)
                return Response(body, media_type="application/json")
    raise Internal("the run ended without an answer")


def _noted(asked: ChatRequest) -> dict[str, object]:
    """Return what the log tells about a request: no word of what was said."""
    noted = {"model": asked.model, "user": asked.user or asked.safety_identifier, "metadata": asked.metadata}
    return {name: value for name, value in noted.items() if value}
