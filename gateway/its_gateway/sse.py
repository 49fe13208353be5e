"""Server-sent events: how they are written, and a response made of them that ends when its client leaves.

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from its_gateway.connection import while_connected
from its_runtime.errors import Cancelled

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
        with suppress(Cancelled):
            await while_connected(receive, self._send(send))

    async def _send(self, send: Send) -> None:
        async with aclosing(self._pieces) as pieces:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            await send({"type": "http.response.body", "body": self._first, "more_body": True})
            async for piece in pieces:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
