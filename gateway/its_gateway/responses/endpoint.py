"""`POST /v1/responses`: validate, convert, call, convert."""

from collections.abc import Sequence
from contextlib import aclosing

import orjson
from fastapi import Request, Response

from its.orchestrator.v1.orchestrator_pb2 import Detail, SolveRequest
from its_gateway.front import Events, Front
from its_gateway.orchestrator import Orchestrator
from its_gateway.progress import describe
from its_gateway.responses.answer import Reply
from its_gateway.responses.convert import NAMES, to_chat
from its_gateway.responses.schema import ResponseRequest
from its_gateway.responses.stream import ResponseEvents
from its_gateway.settings import Settings
from its_gateway.sse import EventStream
from its_runtime.errors import Internal


class Responses:
    """The endpoint, with what it needs."""

    def __init__(self, settings: Settings, orchestrator: Orchestrator) -> None:
        self._front = Front(settings, orchestrator, NAMES)

    async def answer(self, request: Request) -> Response:
        """Answer the input in the body of `request`; stop all work when the client leaves."""
        asked = await self._front.read(request, ResponseRequest)
        reply = Reply(asked)

        async def work(runs: Sequence[Events]) -> Response:
            return await (self._stream(reply, runs[0], request) if asked.stream else _whole(reply, runs[0]))

        run = SolveRequest(detail=Detail.DETAIL_PROGRESS) if asked.wants_telling else SolveRequest()
        return await self._front.answer(request, self._front.as_chat(to_chat(asked)), work, run)

    async def _stream(self, reply: Reply, events: Events, request: Request) -> Response:
        pieces = ResponseEvents(reply).of(events, self._front.timing(request))
        return EventStream(await anext(pieces), pieces)


async def _whole(reply: Reply, events: Events) -> Response:
    told = ""
    async with aclosing(events):
        async for event in events:
            if event.HasField("answer"):
                response = reply.answered(event.answer, event.trace_id, told)
                return Response(orjson.dumps(response), media_type="application/json")
            told += describe(event) if reply.asked.wants_telling else ""
    raise Internal("the run ended without an answer")
