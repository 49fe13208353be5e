"""The edge of the gateway: which requests get in at all, and how the last of them are waited for.

Every request that comes is an exchange, whatever becomes of it (`its_gateway.exchange`).
"""

import asyncio
from contextlib import suppress

import orjson
import structlog
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from its_gateway.errors import from_its
from its_gateway.exchange import PROBES, Exchange
from its_gateway.meter import HttpMetrics
from its_runtime.errors import Overloaded, Unavailable
from its_runtime.telemetry import Telemetry

SECRETIVE = frozenset({"/configure"})
"""What is asked there is no prompt, and may hold a key."""

_log = structlog.get_logger("its.gateway")


class Edge:
    """An ASGI application around another one."""

    def __init__(
        self,
        app: ASGIApp,
        limit: int = 0,
        telemetry: Telemetry[HttpMetrics] | None = None,
        *,
        log_prompts: bool = False,
    ) -> None:
        """Let at most `limit` requests of the protocol run at once; 0 for any number.

        `telemetry` tells of each; without it, the log alone. `log_prompts` writes what is asked into the log.
        """
        self._app = app
        self._limit = limit
        self._telemetry = telemetry or Telemetry[HttpMetrics]()
        self._log_prompts = log_prompts
        self._running = 0
        self._stopping = False
        self._idle = asyncio.Event()
        self._idle.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        exchange = Exchange(scope, send, self._telemetry)
        if self._stopping and scope["path"] != "/health":
            return await exchange.run(_stopping, receive)
        if scope["path"] in PROBES:
            return await exchange.run(self._app, receive)
        return await exchange.run(self._counted, receive)

    async def drain(self, seconds: float) -> None:
        """Refuse requests from now on; return when none runs any more, at the latest after `seconds`."""
        self._stopping = True
        _log.info("stopping", running=self._running)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), seconds)

    async def _counted(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._limit and self._running >= self._limit:
            message = f"{self._running} requests are running, as many as this gateway takes at once; try again"
            return await from_its(Overloaded(message, retry_after=1)).response()(scope, receive, send)
        self._change(+1)
        try:
            return await self._app(scope, self._heard(scope, receive), send)
        finally:
            self._change(-1)

    def _change(self, by: int) -> None:
        self._running += by
        if self._telemetry.metrics:
            self._telemetry.metrics.running.inc(by)
        self._idle.clear() if self._running else self._idle.set()

    def _heard(self, scope: Scope, receive: Receive) -> Receive:
        if not self._log_prompts or scope["path"] in SECRETIVE:
            return receive

        async def heard() -> dict[str, object]:
            message = dict(await receive())
            if body := message.get("body"):
                _log.info("asked", body=bytes(body).decode(errors="replace") if isinstance(body, bytes) else "")
            return message

        return heard


async def _stopping(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["path"] == "/ready":
        response = Response(orjson.dumps({"status": "stopping"}), 503, media_type="application/json")
    else:
        message = "this gateway is stopping and takes nothing new; ask again, another one may answer"
        response = from_its(Unavailable(message, retry_after=1)).response()
    response.headers["connection"] = "close"
    await response(scope, receive, send)
