"""The orchestrator's servicer: convert, call, convert."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from functools import cache
from typing import Any

from grpc import aio

from its.orchestrator.v1 import orchestrator_pb2 as pb
from its.orchestrator.v1.listing_pb2 import FunctionInfo
from its.orchestrator.v1.orchestrator_pb2_grpc import OrchestratorServiceServicer
from its_orchestrator import facts, registry
from its_orchestrator.admission import Admission
from its_orchestrator.choosing.equivalence import Equivalence
from its_orchestrator.events import Answer
from its_orchestrator.limits.spending import Spending
from its_orchestrator.running.desk import Desk
from its_orchestrator.running.solver import Solver
from its_orchestrator.traces import Traces
from its_orchestrator.wire import convert, convert_events, convert_workflows
from its_orchestrator.workflows.job import Output, Told
from its_orchestrator.workflows.listing import functions, names, strategies
from its_orchestrator.workflows.runner import Runner
from its_runtime import trail
from its_runtime.deadline import remaining

Context = aio.ServicerContext[Any, Any]

_described = cache(convert.algorithm)
"""A schema takes half a millisecond to make, and an algorithm's doesn't change."""


class OrchestratorServicer(OrchestratorServiceServicer):
    """Answers the contract's calls."""

    def __init__(self, desk: Desk, solver: Solver, traces: Traces, equivalence: Equivalence, runner: Runner) -> None:
        self._desk = desk
        self._solver = solver
        self._traces = traces
        self._equivalence = equivalence
        self._runner = runner
        self._admission = Admission()

    async def Solve(self, request: pb.SolveRequest, context: Context) -> AsyncGenerator[pb.SolveResponse]:
        await self._admission.glance(request, context)
        order = await self._desk.order(convert.ask(request, remaining(context)))
        trail.note(**facts.asked(order))
        wanted = convert_events.wanted(request.detail)
        with await self._admission.admit(request, context, order.budget, order.sampling.max_tokens) as spending:
            async with aclosing(self._solver.events(order, wanted, spending)) as events:
                async for event in events:
                    if isinstance(event.kind, Answer):
                        trail.note(**facts.answered(event.kind))
                        _settle(spending, event.kind)
                    yield convert_events.response(event, self._equivalence)

    async def RunFunction(
        self, request: pb.RunFunctionRequest, context: Context
    ) -> AsyncGenerator[pb.RunFunctionResponse]:
        call = convert_workflows.call(request, remaining(context))
        self._runner.known(call.function)
        with await self._admission.admit(request, context, call.terms.budget) as spending:
            async with aclosing(self._runner.call(call, spending)) as told:
                async for one in told:
                    _settle(spending, one)
                    yield convert_workflows.function_response(one, self._equivalence)

    async def RunPipeline(
        self, request: pb.RunPipelineRequest, context: Context
    ) -> AsyncGenerator[pb.RunPipelineResponse]:
        passage = convert_workflows.passage(request, remaining(context))
        with await self._admission.admit(request, context, passage.terms.budget) as spending:
            async with aclosing(self._runner.run(passage, spending)) as told:
                async for one in told:
                    _settle(spending, one)
                    yield convert_workflows.pipeline_response(one, self._equivalence)

    async def ListAlgorithms(self, request: pb.ListAlgorithmsRequest, context: Context) -> pb.ListAlgorithmsResponse:
        return pb.ListAlgorithmsResponse(algorithms=[_described(kind) for kind in registry.algorithms()])

    async def ListStrategies(self, request: pb.ListStrategiesRequest, context: Context) -> pb.ListStrategiesResponse:
        return pb.ListStrategiesResponse(strategies=[convert_workflows.strategy(one) for one in await strategies()])

    async def ListFunctions(self, request: pb.ListFunctionsRequest, context: Context) -> pb.ListFunctionsResponse:
        if request.names_only:
            return pb.ListFunctionsResponse(functions=[FunctionInfo(name=name) for name in names(self._runner)])
        found = await functions(self._runner)
        return pb.ListFunctionsResponse(functions=[convert_workflows.function(one) for one in found])

    async def ListProfiles(self, request: pb.ListProfilesRequest, context: Context) -> pb.ListProfilesResponse:
        listing = await self._desk.listing()
        defaults = await self._desk.defaults()
        return pb.ListProfilesResponse(
            profiles=[convert.profile_proto(name, one) for name, one in listing.items()],
            default_model=defaults.model,
            default_reward_model=defaults.reward_model,
        )

    async def GetTrace(self, request: pb.GetTraceRequest, context: Context) -> pb.GetTraceResponse:
        return await self._traces.find(request.trace_id, request.tenant)

    async def ListTraces(self, request: pb.ListTracesRequest, context: Context) -> pb.ListTracesResponse:
        return await self._traces.page(request.tenant, request.page_token, request.page_size)

    async def WatchTrace(
        self, request: pb.WatchTraceRequest, context: Context
    ) -> AsyncGenerator[pb.WatchTraceResponse]:
        async with aclosing(self._traces.watch(request.trace_id, request.tenant)) as events:
            async for event in events:
                yield pb.WatchTraceResponse(event=event)

    async def Configure(self, request: pb.ConfigureRequest, context: Context) -> pb.ConfigureResponse:
        profile = convert.profile(request.profile)
        models = await self._desk.configure(request.profile.name, profile, default=request.make_default)
        return pb.ConfigureResponse(
            profile=convert.profile_proto(request.profile.name, profile),
            models=[convert.identity(one) for one in models],
            kept=self._desk.keeps_profiles,
        )


def _settle(spending: Spending | None, told: Answer | Told) -> None:
    if spending and isinstance(told, Answer | Output):
        spending.settle(told.ledger)
