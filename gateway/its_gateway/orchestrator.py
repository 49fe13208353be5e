"""The orchestrator, as the gateway calls it."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from typing import Any, cast

from grpc import StatusCode, aio
from grpc_health.v1 import health_pb2, health_pb2_grpc

from its.orchestrator.v1.event_pb2 import SolveEvent
from its.orchestrator.v1.listing_pb2 import AlgorithmInfo, FunctionInfo, Profile
from its.orchestrator.v1.orchestrator_pb2 import (
    ConfigureRequest,
    ConfigureResponse,
    Detail,
    GetTraceRequest,
    GetTraceResponse,
    ListAlgorithmsRequest,
    ListFunctionsRequest,
    ListProfilesRequest,
    ListTracesRequest,
    ListTracesResponse,
    RunFunctionRequest,
    RunFunctionResponse,
    SolveRequest,
    SolveResponse,
    WatchTraceRequest,
)
from its.orchestrator.v1.orchestrator_pb2_grpc import OrchestratorServiceStub
from its_runtime import trail
from its_runtime.calls import response, responses
from its_runtime.channel import open_channel
from its_runtime.tls import Tls

Told = Callable[[aio.Metadata], object]
"""Hears what a call says before anything else: what its tenant has left."""

_SERVICE = "orchestrator"
_SOLVE = "/its.orchestrator.v1.OrchestratorService/Solve"
_LISTING_SECONDS = 5.0
"""A listing reads memory; one that takes longer has a dead peer."""
_TRACE_SECONDS = 30.0
"""A run may be large, and on a disk."""


class Orchestrator:
    """A client of one orchestrator; every method raises our errors (`its_runtime.errors`) for its statuses."""

    def __init__(self, channel: aio.Channel) -> None:
        self._stub = OrchestratorServiceStub(channel)
        self._answer: Any = channel.unary_unary(
            _SOLVE, SolveRequest.SerializeToString, cast("Any", SolveResponse).FromString
        )
        self._health: Any = cast("Any", health_pb2_grpc).HealthStub(channel)

    async def solve(
        self, request: SolveRequest, seconds: float, told: Told | None = None
    ) -> AsyncGenerator[SolveEvent, None]:
        """Yield what happens while `request` is solved, for at most `seconds`; `told` hears what its tenant has left.

        Closing the generator, or cancelling whoever waits for it, cancels the call and all work below it. The answer
        alone is one message, and a stream of one is on the wire what a call without a stream is, at a lower price.
        """
        if request.detail == Detail.DETAIL_UNSPECIFIED:
            call = self._answer(request, timeout=seconds, metadata=trail.outgoing())
            if part := await response(call, _SERVICE, told):
                yield part.event
            return
        call = self._stub.Solve(request, timeout=seconds, metadata=trail.outgoing())
        async with aclosing(responses(call, _SERVICE, told)) as parts:
            async for part in parts:
                yield part.event

    async def run_function(
        self, request: RunFunctionRequest, seconds: float, told: Told | None = None
    ) -> AsyncGenerator[RunFunctionResponse, None]:
        """Yield what happens while a function runs, for at most `seconds`; closing the generator stops it.

        `told` hears what its tenant has left.
        """
        call = self._stub.RunFunction(request, timeout=seconds, metadata=trail.outgoing())
        async with aclosing(responses(call, _SERVICE, told)) as parts:
            async for part in parts:
                yield part

    async def profiles(self) -> Sequence[Profile]:
        """Return the profiles, the default one first, each with the models that serve it."""
        call = self._stub.ListProfiles(ListProfilesRequest(), timeout=_LISTING_SECONDS)
        listing = await response(call, _SERVICE)
        for profile in listing.profiles:
            profile.model = profile.model or listing.default_model
            profile.reward_model = profile.reward_model or listing.default_reward_model
        return listing.profiles

    async def algorithms(self) -> Sequence[AlgorithmInfo]:
        """Return every algorithm."""
        call = self._stub.ListAlgorithms(ListAlgorithmsRequest(), timeout=_LISTING_SECONDS)
        return (await response(call, _SERVICE)).algorithms

    async def functions(self, *, names_only: bool = False) -> Sequence[FunctionInfo]:
        """Return every function, or the names alone, without those of groups."""
        call = self._stub.ListFunctions(ListFunctionsRequest(names_only=names_only), timeout=_LISTING_SECONDS)
        return (await response(call, _SERVICE)).functions

    async def configure(self, request: ConfigureRequest) -> ConfigureResponse:
        """Create or replace a profile for all later requests, and return it as it now is."""
        return await response(self._stub.Configure(request, timeout=_LISTING_SECONDS), _SERVICE)

    async def traces(self, request: ListTracesRequest) -> ListTracesResponse:
        """Return a page of a tenant's runs."""
        return await response(self._stub.ListTraces(request, timeout=_LISTING_SECONDS), _SERVICE)

    async def trace(self, trace_id: str, tenant: str) -> GetTraceResponse:
        """Return a run of that tenant."""
        request = GetTraceRequest(trace_id=trace_id, tenant=tenant)
        return await response(self._stub.GetTrace(request, timeout=_TRACE_SECONDS), _SERVICE)

    async def watch(self, trace_id: str, tenant: str, seconds: float) -> AsyncGenerator[SolveEvent, None]:
        """Yield what happens in a run of that tenant from its beginning, for at most `seconds`."""
        call = self._stub.WatchTrace(WatchTraceRequest(trace_id=trace_id, tenant=tenant), timeout=seconds)
        async with aclosing(responses(call, _SERVICE)) as parts:
            async for part in parts:
                yield part.event

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
