"""How a request comes in: within a size and a time, whatever a client sends and however slowly."""

import asyncio
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any, Self

from its_gateway.errors import ApiError
from its_gateway.lobby import Lobby
from its_gateway.malformed import JsonErrors
from its_gateway.settings import Settings

ONE_READ = 256 << 10
"""Most bytes that asyncio reads at once: what is found too large may have come with something else."""
FRAMING = 8
"""Chunks of one byte each take six; what is sent beside a body is bounded by what is sent of it."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is waited for."""

    head_bytes: int
    body_bytes: int
    seconds: float

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return what `settings` say, with room for what one read may bring besides."""
        head = settings.max_header_bytes + ONE_READ
        return cls(head, head + FRAMING * settings.max_body_bytes, settings.receive_seconds)


class Arrival(JsonErrors):
    """A connection that waits for requests with patience that ends.

    A connection that was just opened, and a request that has begun, have `bounds.seconds` each to become a whole
    request; between two requests uvicorn's own patience counts.
    """

    def __init__(self, *given: Any, bounds: Bounds, lobby: Lobby, **named: Any) -> None:  # noqa: ANN401  (uvicorn's)
        super().__init__(*given, **named)
        self._bounds = bounds
        self._lobby = lobby
        self._bytes = 0
        self._has_head = False
        self._arriving = True
        self._waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        super().connection_made(transport)
        self._lobby.make_room(len(self.connections))
        self._lobby.enter(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait_no_more()
        self._lobby.leave(self.transport)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._is_whole:
            self._wait_no_more()
            self._lobby.leave(self.transport)
            return
        self._bytes += len(data)
        if self._bytes > self._most:
            self._give_up(_LARGE_BODY if self._has_head else _LARGE_HEAD)
        elif self._waiting is None:
            self._wait()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._arriving, self._has_head, self._bytes = True, False, 0

    def on_headers_complete(self) -> None:
        self._has_head = True
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._arriving = False
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not (self.pipeline or self.transport.is_closing() or self._cycle_is_running):
            self._lobby.enter(self.transport)

    def _wait(self) -> None:
        if not self.transport.is_closing():
            self._waiting = self.loop.call_later(self._bounds.seconds, self._too_slow)

    def _wait_no_more(self) -> None:
        if self._waiting:
            self._waiting.cancel()
            self._waiting = None

    def _too_slow(self) -> None:
        if self.pipeline:  # the rest is not read before the request in front is answered
            self._wait()
        else:
            self._give_up(_TOO_SLOW)

    @property
    def _is_whole(self) -> bool:
        """Whether a request came that is still to be answered; bytes between two requests are none."""
        return not self._arriving and not self._cycle_is("response_complete")

    @property
    def _most(self) -> int:
        return self._bounds.body_bytes if self._has_head else self._bounds.head_bytes

    def _give_up(self, error: ApiError) -> None:
        self._wait_no_more()
        self.close_with(None if self._is_answered else error)

    @property
    def _is_answered(self) -> bool:
        """Whether words would come into, or after, an answer: to this request or to the one in front of it."""
        if self._has_head:
            return self._cycle_is("response_started")
        return self._cycle_is_running

    @property
    def _cycle_is_running(self) -> bool:
        return bool(self.cycle) and not self._cycle_is("response_complete")

    def _cycle_is(self, state: str) -> bool:
        return bool(getattr(self.cycle, state, False))  # there is none before the first request


def arrivals(settings: Settings) -> Any:  # noqa: ANN401  (uvicorn's annotation asks for a class of its own)
    """Return what uvicorn makes connections with."""
    return partial(Arrival, bounds=Bounds.of(settings), lobby=Lobby(settings.max_connections))


_LARGE_HEAD = ApiError(
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    "the request's line and headers are larger than what is read; send less",
    code="headers_too_large",
)
_LARGE_BODY = ApiError(
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "the request is larger than what is read; send less", code="body_too_large"
)
_TOO_SLOW = ApiError(
    HTTPStatus.REQUEST_TIMEOUT,
    "no whole request came within the time that one is waited for; send it again",
    code="timeout",
)
