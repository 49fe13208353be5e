"""The edge of the gateway: what every request passes on its way in and out, whatever becomes of it.

A request gets an id, its own `X-Request-Id` or a new one; the answer carries it, the log line too, and everything
below. A surprise is logged here and masked for the client.
"""

import asyncio
import re
import time
from uuid import uuid4

import structlog
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from its_gateway.errors import STOPPING, from_its
from its_runtime.errors import Internal, ItsError, Overloaded, Unavailable

_USABLE = re.compile(r"[!-~]{1,100}")
"""An id that fits into headers, logs and the contract; another one is replaced."""
_PROBES = {"/health", "/ready"}
"""Asked every other second by whoever watches this process."""

_log = structlog.get_logger("its.gateway")


class Edge:
    """An ASGI application around another one."""

    def __init__(self, app: ASGIApp, limit: int = 0) -> None:
        """Let at most `limit` requests of the protocol run at once; 0 for any number."""
        self._app = app
        self._limit = limit
        self._running = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if _USABLE.fullmatch(given) else uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id
        exchange = _Exchange(scope, send, request_id)
        if not scope["path"].startswith("/v1/"):
            return await exchange.run(self._app, receive)
        return await exchange.run(self._limited, receive)

    async def _limited(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._limit and self._running >= self._limit:
            message = f"{self._running} requests are running, as many as this gateway takes at once; try again"
            return await from_its(Overloaded(message, retry_after=1)).response()(scope, receive, send)
        self._running += 1
        try:
            return await self._app(scope, receive, send)
        finally:
            self._running -= 1


class _Exchange:
    """One request and its answer."""

    def __init__(self, scope: Scope, send: Send, request_id: str) -> None:
        self._scope = scope
        self._send = send
        self._request_id = request_id
        self._status: int | None = None
        self._began = time.monotonic()

    async def run(self, app: ASGIApp, receive: Receive) -> None:
        try:
            await app(self._scope, receive, self.send)
        except Exception as error:
            _log.error("unexpected error", request_id=self._request_id, exc_info=error)
            if self._status is not None:
                raise
            await self._answer(Internal(_MASK.format(self._request_id)), receive)
        except asyncio.CancelledError:  # the server stops; nothing comes after this in its task
            if self._status is None:
                await self._answer(Unavailable(STOPPING), receive)
        finally:
            self._log()

    async def _answer(self, error: ItsError, receive: Receive) -> None:
        await from_its(error).response()(self._scope, receive, self.send)

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            message = {**message, "headers": [*message["headers"], (b"x-request-id", self._request_id.encode())]}
        await self._send(message)

    def _log(self) -> None:
        log = _log.debug if self._scope["path"] in _PROBES else _log.info
        log(
            "answered" if self._status else "left",
            request_id=self._request_id,
            method=self._scope["method"],
            path=self._scope["path"],
            status=self._status,
            seconds=round(time.monotonic() - self._began, 4),
            **self._scope["state"].get("noted", {}),
        )


_MASK = "something failed inside the gateway; its log has the cause under request id {}"
