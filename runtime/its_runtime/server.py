"""A gRPC server's life: bind, report healthy, serve, drain, stop."""

import asyncio
import gc
import signal
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast

import structlog
from grpc import aio
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1._async import HealthServicer
from grpc_reflection.v1alpha import reflection

from its_runtime.edge import Edge
from its_runtime.settings import ServiceSettings
from its_runtime.telemetry import Telemetry
from its_runtime.tls import server_credentials

MESSAGE_BYTES = 64 << 20
OPTIONS: Sequence[tuple[str, Any]] = (
    ("grpc.max_receive_message_length", MESSAGE_BYTES),
    ("grpc.max_send_message_length", MESSAGE_BYTES),
    # Names are those that C-core reads; look-alikes are silently ignored (docs/adr/0004).
    ("grpc.http2.min_ping_interval_without_data_ms", 5_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.ping_timeout_ms", 5_000),
    ("grpc.so_reuseport", 0),
)

LOOKS = (10_000, 20, 20)
"""New objects between looks for garbage, and looks between longer ones. A search of 64 answers makes thousands that
are needed while it runs; Python's own 700 has them looked at again and again, a quarter of the orchestrator's time."""

_log = structlog.get_logger("its.server")


class PortTaken(OSError):
    """The port can't be bound."""


def new_server(settings: ServiceSettings, telemetry: Telemetry[Any] | None = None) -> aio.Server:
    """Return a server with our edge and options; add servicers to it, then hand it to `serving`.

    Without `telemetry` its calls are told of in the log only.
    """
    edge = Edge(settings.max_concurrent_calls, telemetry or Telemetry[Any](), log_prompts=settings.log_prompts)
    return aio.server(interceptors=[edge], options=OPTIONS)


@asynccontextmanager
async def serving(
    server: aio.Server, settings: ServiceSettings, service: str, health: HealthServicer | None = None
) -> AsyncGenerator[int, None]:
    """Serve `service` (its full name, for health and reflection) inside the block; yield the bound port.

    A `health` of the caller's own may report more names than that one. Leaving the block reports NOT_SERVING, refuses
    new calls, gives running ones `settings.grace_seconds`, and stops. Raises PortTaken when the port can't be bound.
    """
    health = health or HealthServicer()
    cast("Any", health_pb2_grpc).add_HealthServicer_to_server(health, server)
    reflection.enable_server_reflection(
        (service, health_pb2.DESCRIPTOR.services_by_name["Health"].full_name, reflection.SERVICE_NAME), server
    )
    port = _bind(server, settings)
    await server.start()
    for name in ("", service):
        await health.set(name, health_pb2.HealthCheckResponse.SERVING)
    _log.info("serving", service=service, address=f"{settings.host}:{port}")
    try:
        yield port
    finally:
        await health.enter_graceful_shutdown()
        await server.stop(settings.grace_seconds)


def _bind(server: aio.Server, settings: ServiceSettings) -> int:
    address = f"{settings.host}:{settings.port}"
    try:
        if settings.tls is None:
            return server.add_insecure_port(address)
        return server.add_secure_port(address, server_credentials(settings.tls))
    except RuntimeError as error:
        raise PortTaken(f"{address} can't be bound: is another process using the port? Choose another one") from error


async def stopped() -> None:
    """Wait for SIGTERM or SIGINT; what was made until now is taken to stay."""
    _spare_what_stays()
    stop = asyncio.Event()
    on_stop(stop.set)
    await stop.wait()


def _spare_what_stays() -> None:
    """Have garbage be looked for among what requests make, and seldom: a look at everything stops all for 0.1 s."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*LOOKS)


def on_stop(action: Callable[[], object]) -> None:
    """Call `action` on SIGTERM and SIGINT, in place of what was called until now."""
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, action)
