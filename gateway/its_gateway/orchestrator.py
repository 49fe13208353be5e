"""The orchestrator, as the gateway calls it."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, asynccontextmanager
from typing import Any, cast

from grpc import StatusCode, aio
from grpc_health.v1 import health_pb2, health_pb2_grpc

from its.orchestrator.v1.event_pb2 import SolveEvent
from its.orchestrator.v1.listing_pb2 import AlgorithmInfo, Profile
from its.orchestrator.v1.orchestrator_pb2 import ListAlgorithmsRequest, ListProfilesRequest, SolveRequest
from its.orchestrator.v1.orchestrator_pb2_grpc import OrchestratorServiceStub
from its_runtime.calls import response, responses
from its_runtime.channel import open_channel
from its_runtime.tls import Tls

_SERVICE = "orchestrator"
_LISTING_SECONDS = 5.0
"""A listing reads memory; one that takes longer has a dead peer."""


class Orchestrator:
    """A client of one orchestrator; every method raises our errors (`its_runtime.errors`) for its statuses."""

    def __init__(self, channel: aio.Channel) -> None:
        self._stub = OrchestratorServiceStub(channel)
        self._health: Any = cast("Any", health_pb2_grpc).HealthStub(channel)

    async def solve(self, request: SolveRequest, seconds: float) -> AsyncGenerator[SolveEvent, None]:
        """Yield what happens while `request` is solved, for at most `seconds`.

        Closing the generator, or cancelling whoever waits for it, cancels the call and all work below it.
        """
        async with aclosing(responses(self._stub.Solve(request, timeout=seconds), _SERVICE)) as parts:
            async for part in parts:
                yield part.event

    async def profiles(self) -> Sequence[Profile]:
        """Return the profiles, the default one first."""
        call = self._stub.ListProfiles(ListProfilesRequest(), timeout=_LISTING_SECONDS)
        return (await response(call, _SERVICE)).profiles

    async def algorithms(self) -> Sequence[AlgorithmInfo]:
        """Return every algorithm."""
        call = self._stub.ListAlgorithms(ListAlgorithmsRequest(), timeout=_LISTING_SECONDS)
        return (await response(call, _SERVICE)).algorithms

    async def serves(self, service: str) -> bool | None:
        """Return whether the orchestrator reports `service` (a full name) as serving; None when it doesn't know it."""
        call = self._health.Check(health_pb2.HealthCheckRequest(service=service), timeout=_LISTING_SECONDS)
        try:
            return (await call).status == health_pb2.HealthCheckResponse.SERVING
        except aio.AioRpcError as error:
            return None if error.code() == StatusCode.NOT_FOUND else False


@asynccontextmanager
async def open_orchestrator(address: str, tls: Tls | None = None) -> AsyncGenerator[Orchestrator, None]:
    """Yield a client of the orchestrator at `address` (host:port), which shows the certificates of `tls`."""
    async with open_channel(address, tls) as channel:
        yield Orchestrator(channel)
