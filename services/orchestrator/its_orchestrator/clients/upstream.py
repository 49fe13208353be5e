"""The health of a service behind the orchestrator, asked when somebody wants to know."""

from typing import Any, cast

from grpc import StatusCode, aio
from grpc_health.v1 import health_pb2, health_pb2_grpc

from its_orchestrator.clients.believed import Believed

CHECK_SECONDS = 2.0
"""How long a service may take to say that it serves; a frozen one counts as not serving."""
BELIEVE_SECONDS = 1.0
"""How long its word is taken without asking again, so that probes cost it no more than a call a second."""

_SILENT = frozenset({StatusCode.NOT_FOUND, StatusCode.UNIMPLEMENTED})
"""Answers of a service that lives and has nothing to say about this name."""


class Upstream:
    """Asks the health service at `channel` about `service`, a full name."""

    def __init__(self, channel: aio.Channel, service: str) -> None:
        self._stub: Any = cast("Any", health_pb2_grpc).HealthStub(channel)
        self._request = health_pb2.HealthCheckRequest(service=service)
        self._serves = Believed(self._ask, BELIEVE_SECONDS)

    async def serves(self) -> bool | None:
        """Return whether it says that it serves; None when it reports no health. Never raises for a dead one."""
        return await self._serves.answer()

    async def _ask(self) -> bool | None:
        try:
            response = await self._stub.Check(self._request, timeout=CHECK_SECONDS)
        except aio.AioRpcError as error:
            return None if error.code() in _SILENT else False
        return response.status == health_pb2.HealthCheckResponse.SERVING
