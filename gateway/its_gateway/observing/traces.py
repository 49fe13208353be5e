"""`GET /v1/traces`: the caller's runs, those that go on and those that are kept, in the contract's own JSON."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import orjson
from fastapi import Request, Response
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message

from its.orchestrator.v1.event_pb2 import SolveEvent
from its.orchestrator.v1.orchestrator_pb2 import ListTracesRequest
from its_gateway.auth import caller_of
from its_gateway.errors import ApiError, from_its
from its_gateway.heartbeat import Heartbeats
from its_gateway.observing.window import window
from its_gateway.orchestrator import Orchestrator
from its_gateway.settings import Settings
from its_gateway.sse import DONE, KEEP_ALIVE, EventStream, event
from its_runtime.errors import ItsError, NotFound

Json = dict[str, Any]


class Traces:
    """The three endpoints, with what they need."""

    def __init__(self, settings: Settings, orchestrator: Orchestrator) -> None:
        self._settings = settings
        self._orchestrator = orchestrator

    async def all(self, request: Request) -> Response:
        """List the caller's runs, the latest first."""
        asked = window(request.query_params)
        tenant = caller_of(request).key.id
        page = await self._orchestrator.traces(
            ListTracesRequest(tenant=tenant, page_size=asked.limit, page_token=asked.after)
        )
        last = page.next_page_token or None
        return _response({"object": "list", "data": [_json(one) for one in page.traces], "next": last})

    async def one(self, request: Request) -> Response:
        """Return one of them with all of its events."""
        trace_id: str = request.path_params["trace_id"]
        try:
            found = await self._orchestrator.trace(trace_id, caller_of(request).key.id)
        except NotFound as error:
            raise _missing(error) from error
        return _response({"object": "trace", **_json(found)})

    async def events(self, request: Request) -> Response:
        """Stream the events of one of them from its beginning, as they come while it goes on, to its end."""
        trace_id: str = request.path_params["trace_id"]
        told = self._orchestrator.watch(trace_id, caller_of(request).key.id, self._settings.request_seconds)
        try:
            first = await anext(told)
        except NotFound as error:
            raise _missing(error) from error
        return EventStream(_event(first), self._rest(told))

    async def _rest(self, told: AsyncGenerator[SolveEvent, None]) -> AsyncGenerator[bytes, None]:
        async with aclosing(Heartbeats(told, self._settings.keep_alive_seconds).beats()) as beats:
            try:
                async for beat in beats:
                    yield _event(beat) if beat else KEEP_ALIVE
            except ItsError as error:
                yield event(from_its(error).body())
        yield DONE


def _event(one: SolveEvent) -> bytes:
    return event(orjson.dumps(_json(one)))


def _json(message: Message) -> Json:
    return MessageToDict(message, preserving_proto_field_name=True)


def _response(value: Json) -> Response:
    return Response(orjson.dumps(value), media_type="application/json", headers={"cache-control": "no-store"})


def _missing(error: NotFound) -> ApiError:
    return ApiError(404, error.message, param="trace_id", code="trace_not_found")
