"""Server-sent events: how they are written, and a response made of them that ends when its client leaves.

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from starlette.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from its_gateway.connection import while_connected
from its_gateway.errors import STOPPING, from_its
from its_runtime.errors import Cancelled, Unavailable

KEEP_ALIVE = b": keep-alive\n\n"
"""A comment; clients skip it."""
DONE = b"data: [DONE]\n\n"
"""What ends a stream of OpenAI's."""


def event(json: bytes) -> bytes:
    """Return `json`, which has no line breaks, as one event."""
    return b"data: " + json + b"\n\n"


class EventStream(StreamingResponse):
    """A response that sends `first` and then `pieces` as they come; `pieces` is closed however it ends."""

    media_type = "text/event-stream"

    def __init__(self, first: bytes, pieces: AsyncGenerator[bytes, None]) -> None:
        super().__init__(pieces, headers={"cache-control": "no-cache", "x-accel-buffering": "no"})
        self._first = first
        self._pieces = pieces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with aclosing(self._pieces):
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            await send(_body(self._first))
            try:
                await while_connected(receive, self._send(send))
            except Cancelled:
                return
            except asyncio.CancelledError:
                await send(_body(event(from_its(Unavailable(STOPPING)).body()) + DONE))
            await send(_body(b"", more=False))

    async def _send(self, send: Send) -> None:
        async for piece in self._pieces:
            await send(_body(piece))


def _body(piece: bytes, *, more: bool = True) -> Message:
    return {"type": "http.response.body", "body": piece, "more_body": more}
