"""The limit of connections: a request on one too many is told to try again, and its connection is closed.

An ASGI application around all others.
"""

from collections.abc import Sized

from starlette.types import ASGIApp, Receive, Scope, Send

from its_gateway.errors import from_its
from its_runtime.errors import Unavailable


class Connections:
    """Knows how many connections are open once the server has told it where it keeps them."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most
        self.open: Sized = ()
        """The server's open connections, the one of the request included."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if len(self.open) <= self._most or scope["path"] == "/health":  # whoever watches must not stop a busy process
            return await self._app(scope, receive, send)
        message = f"{len(self.open)} connections are open; this gateway keeps at most {self._most}; try again"
        response = from_its(Unavailable(message, retry_after=1)).response()
        response.headers["connection"] = "close"
        return await response(scope, receive, send)
