"""One request and its answer: given an id, told of in log, metrics and trace, and never left without an answer."""

import asyncio
import re
import time
from collections.abc import Mapping
from uuid import uuid4

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from its_gateway.errors import STOPPING, from_its
from its_gateway.meter import HttpMetrics
from its_runtime.errors import Internal, ItsError, Unavailable
from its_runtime.telemetry import Telemetry
from its_runtime.trail import REQUEST_ID, Call, entered

PROBES = frozenset({"/health", "/ready", "/metrics"})
"""Asked every other second by whoever watches this process."""
LEFT = 499
"""Status of a request whose client left before there was one, as nginx has it."""
METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})
_USABLE = re.compile(r"[!-~]{1,100}")
"""An id that fits into headers, logs and the contract; another one is replaced."""

_log = structlog.get_logger("its.gateway")


class Exchange:
    """One request and its answer."""

    def __init__(self, scope: Scope, send: Send, telemetry: Telemetry[HttpMetrics]) -> None:
        """Read its id, or give it one; the answer carries it, and everything that is told."""
        call = Call.received((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"])
        given = call.request_id
        self._request_id = given if _USABLE.fullmatch(given) else uuid4().hex
        call.carried = (*(one for one in call.carried if one[0] != REQUEST_ID), (REQUEST_ID, self._request_id))
        scope.setdefault("state", {})["request_id"] = self._request_id
        self._call = call
        self._scope = scope
        self._send = send
        self._telemetry = telemetry
        self._status: int | None = None
        self._began = self._first = time.monotonic()

    async def run(self, app: ASGIApp, receive: Receive) -> None:
        """Let `app` answer. What it doesn't expect is logged, and masked for the client."""
        tracer = None if self._is_probe else self._telemetry.tracer
        span = tracer.start(self._scope["method"], self._call, {}) if tracer else None
        with entered(self._call):
            try:
                await self._answered(app, receive)
            finally:
                self._tell()
                if tracer and span:
                    told = {"http.response.status_code": self._status or LEFT, "http.route": self._route}
                    failed = str(self._status) if (self._status or LEFT) >= 500 else ""  # noqa: PLR2004
                    tracer.end(span, self._call, told, failed, name=self._route)

    async def _answered(self, app: ASGIApp, receive: Receive) -> None:
        try:
            await app(self._scope, receive, self.send)
        except Exception as error:
            _log.error("unexpected error", exc_info=error)
            if self._status is not None:
                raise
            await self._refuse(Internal(_MASK.format(self._request_id)), receive)
        except asyncio.CancelledError:  # the server stops; nothing comes after this in its task
            if self._status is None:
                await self._refuse(Unavailable(STOPPING), receive)

    async def _refuse(self, error: ItsError, receive: Receive) -> None:
        await from_its(error).response()(self._scope, receive, self.send)

    async def send(self, message: Message) -> None:
        """Send a part of the answer; its head gets the id."""
        if message["type"] == "http.response.start":
            self._status, self._first = message["status"], time.monotonic()
            message = {**message, "headers": [*message["headers"], (b"x-request-id", self._request_id.encode())]}
        await self._send(message)

    def _tell(self) -> None:
        whole, first = time.monotonic() - self._began, self._first - self._began
        if metrics := self._telemetry.metrics:
            metrics.answered(self._route, self._status or LEFT, (first, whole), self._call.facts)
        log = _log.debug if self._is_probe else _log.info
        told: Mapping[str, object] = {**self._call.facts, **self._scope["state"].get("noted", {})}
        log(
            "answered" if self._status else "left",
            method=self._scope["method"],
            path=self._scope["path"],
            status=self._status,
            seconds=round(whole, 4),
            **told,
        )

    @property
    def _is_probe(self) -> bool:
        return self._scope["path"] in PROBES

    @property
    def _route(self) -> str:
        """What was asked for, as one of few: methods and routes that exist, and one name for all others."""
        route = getattr(self._scope.get("route"), "path", "")
        method = self._scope["method"]
        return f"{method} {route}" if route and method in METHODS else "unmatched"


_MASK = "something failed inside the gateway; its log has the cause under request id {}"
