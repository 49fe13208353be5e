"""An HTTP server's life: bind, serve, drain, stop."""

import asyncio
import math
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import cast

import structlog
import uvicorn
from starlette.types import ASGIApp

from its_gateway.arrival import arrivals
from its_gateway.connections import Connections
from its_gateway.edge import Edge
from its_gateway.https import open_context
from its_gateway.settings import Settings
from its_gateway.sockets import bind

_log = structlog.get_logger("its.gateway")


@asynccontextmanager
async def serving(app: Edge, settings: Settings) -> AsyncGenerator[int, None]:
    """Serve `app` inside the block; yield the bound port.

    Leaving the block refuses new requests, gives running answers `settings.grace_seconds`, cancels what is left
    and waits for it. Raises PortTaken when the port can't be bound.
    """
    bound = bind(settings)
    port: int = bound.getsockname()[1]
    server = _server(app, settings)
    await server.startup(sockets=[bound])
    ticking = asyncio.create_task(server.main_loop())
    scheme = "https" if settings.https else "http"
    _log.info("serving", service="gateway", address=f"{scheme}://{settings.host}:{port}/v1")
    try:
        yield port
    finally:
        before = time.monotonic()
        await app.drain(settings.grace_seconds)
        left = settings.grace_seconds - (time.monotonic() - before)
        server.config.timeout_graceful_shutdown = max(0, math.ceil(left))
        ticking.cancel()
        await server.shutdown(sockets=[bound])
        await asyncio.gather(*server.server_state.tasks, return_exceptions=True)


def _server(app: ASGIApp, settings: Settings) -> uvicorn.Server:
    """Return a server that leaves signals and logging to this process, which has one way for all services."""
    counted = Connections(app, settings.max_connections)
    config = uvicorn.Config(
        counted,
        log_config=None,
        log_level="warning",
        http=arrivals(settings),
        timeout_keep_alive=cast("int", settings.idle_seconds),  # handed to call_later, which takes parts of seconds
        access_log=False,
        lifespan="off",
        ws="none",
    )
    config.load()
    config.ssl = open_context(settings.https) if settings.https else None
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    counted.open = server.server_state.connections
    return server
