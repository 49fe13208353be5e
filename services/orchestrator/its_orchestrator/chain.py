"""The health of the chain: this process's own, and under their names that of the services behind it."""

from collections.abc import Mapping
from typing import Any

from grpc import aio
from grpc_health.v1 import health_pb2
from grpc_health.v1._async import HealthServicer

from its_orchestrator.clients.upstream import Upstream

_STATUS = {
    True: health_pb2.HealthCheckResponse.SERVING,
    False: health_pb2.HealthCheckResponse.NOT_SERVING,
}


class Chain(HealthServicer):
    """A health service whose Check of an upstream's full name asks that upstream; its own name needs nobody.

    So this process is healthy while they are down, and a probe of theirs is never older than a second. An upstream
    that reports no health is unknown here too (NOT_FOUND). Watch tells of this process alone.
    """

    def __init__(self, upstreams: Mapping[str, Upstream]) -> None:
        """Report `upstreams`, by full name."""
        super().__init__()
        self._upstreams = upstreams

    async def Check(  # noqa: N802  # pyright: ignore[reportIncompatibleMethodOverride]  (the library types it None)
        self, request: health_pb2.HealthCheckRequest, context: aio.ServicerContext[Any, Any]
    ) -> health_pb2.HealthCheckResponse:
        upstream = self._upstreams.get(request.service)
        serves = await upstream.serves() if upstream else None
        if serves is None:
            own: Any = super()
            return await own.Check(request, context)
        return health_pb2.HealthCheckResponse(status=_STATUS[serves])
