"""A scripted orchestrator behind the real gateway, both on real sockets."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from google.protobuf.struct_pb2 import Struct, Value
from grpc import StatusCode
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1._async import HealthServicer

from its.chat.v1.chat_pb2 import ContentPart, Message, Role
from its.chat.v1.tokens_pb2 import ModelIdentity
from its.generator.v1.generator_pb2 import StopReason
from its.orchestrator.v1.answer_pb2 import Answer, Budget, Candidate, Ledger, ScoreRange, StoppedBy
from its.orchestrator.v1.event_pb2 import RunStarted, SolveEvent, TextCommitted
from its.orchestrator.v1.listing_pb2 import AlgorithmInfo, Need, Profile
from its.orchestrator.v1.orchestrator_pb2 import (
    ConfigureResponse,
    Detail,
    FunctionOutput,
    GetTraceResponse,
    ListAlgorithmsResponse,
    ListFunctionsResponse,
    ListProfilesResponse,
    ListTracesResponse,
    RunFunctionResponse,
    SolveResponse,
    WatchTraceResponse,
)
from its.orchestrator.v1.orchestrator_pb2_grpc import (
    OrchestratorServiceServicer,
    add_OrchestratorServiceServicer_to_server,
)
from its.orchestrator.v1.trace_pb2 import TraceInfo, TraceState
from its_gateway.app import create_app
from its_gateway.orchestrator import open_orchestrator
from its_gateway.serving import serving
from its_gateway.settings import Settings
from its_runtime.server import new_server
from its_runtime.settings import ServiceSettings

SERVICE = "its.orchestrator.v1.OrchestratorService"


def answer(text="The answer is \\boxed{4}", **changes):
    """An answer as an orchestrator would send it."""
    fields = {
        "message": Message(role=Role.ROLE_ASSISTANT, content=[ContentPart(text=text)]),
        "stop_reason": StopReason.STOP_REASON_EOS,
        "algorithm": "best-of-n",
        "parameters_json": '{"aggregation":"prod"}',
        "budget": Budget(samples=2),
        "ledger": Ledger(
            samples=2, prompt_tokens=20, cached_prompt_tokens=8, completion_tokens=30, answer_tokens=12,
            discarded_tokens=18, reward_tokens=50, generator_calls=1, reward_calls=2, seconds=0.25,
        ),
        "stopped_by": StoppedBy.STOPPED_BY_COMPLETED,
        "candidates": [
            Candidate(id="0", text=text, final_answer="4", score=0.75, step_scores=[0.9, 0.8], chosen=True,
                      confidence=-0.5),
            Candidate(id="1", text="5?", score=0.25, stop_reason=StopReason.STOP_REASON_LENGTH),
        ],
        "seed": 2**63 + 1,
        "model": ModelIdentity(name="its-tiny", revision="r1", tokenizer_fingerprint="f1"),
        "reward_model": ModelIdentity(name="its-tiny-reward"),
        "score_range": ScoreRange(low=float("-inf"), high=0),
        "prompt_tokens": 10,
    }  # fmt: skip
    return SolveEvent(trace_id="trace-1", answer=Answer(**{**fields, **changes}))


def committed(text, tokens=()):
    return SolveEvent(trace_id="trace-1", committed=TextCommitted(text=text, tokens=tokens))


def started():
    begun = RunStarted(algorithm="best-of-n", model="its-tiny", budget=Budget(samples=2), seed=7)
    return SolveEvent(trace_id="trace-1", started=begun)


async def finished():
    """The script of most tests: an answer at once."""
    yield answer()


async def worked():
    """A workflow that answers at once."""
    yield RunFunctionResponse(output=FunctionOutput(value=Value(string_value="4"), trace_id="trace-1"))


@dataclass
class Script(OrchestratorServiceServicer):
    """An orchestrator that says what a test wrote down, and remembers what it was asked."""

    events: Callable[[], AsyncIterator[SolveEvent]] = finished
    asked: list = field(default_factory=list)
    configured: list = field(default_factory=list)
    listed: list = field(default_factory=list)
    refusal: Exception | None = None
    left: dict = field(default_factory=dict)
    busy: Exception | None = None
    hesitates: asyncio.Event | None = None
    keeps: bool = True
    began: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    health: HealthServicer = field(default_factory=HealthServicer)
    functions: list = field(default_factory=list)
    runs: Callable = worked
    called: list = field(default_factory=list)
    profiles: list = field(default_factory=lambda: [profile("its-tiny"), profile("lab/careful")])

    async def Solve(self, request, context):  # noqa: N802
        self.asked.append((request, context.time_remaining()))
        self.began.set()
        if self.hesitates:
            await self.hesitates.wait()
        if self.left:
            await context.send_initial_metadata(tuple(self.left.items()))
        if self.busy:
            raise self.busy
        try:
            async for event in self.events():
                if event.HasField("answer") or request.detail != Detail.DETAIL_UNSPECIFIED:
                    yield SolveResponse(event=event)
        finally:
            self.ended.set()

    async def Configure(self, request, context):  # noqa: N802
        self.configured.append(request)
        if self.refusal:
            raise self.refusal
        return ConfigureResponse(profile=request.profile, models=[ModelIdentity(name="its-tiny")], kept=self.keeps)

    async def ListProfiles(self, request, context):  # noqa: N802
        return ListProfilesResponse(profiles=self.profiles, default_reward_model="its-tiny-reward")

    async def ListAlgorithms(self, request, context):  # noqa: N802
        schema = '{"type":"object","properties":{"alpha":{"type":"number"}}}'
        best = AlgorithmInfo(name="best-of-n", summary="Keep the best.", needs=[Need.NEED_REWARD])
        search = AlgorithmInfo(name="beam-search", summary="Keep beams.", parameters_json_schema=schema)
        return ListAlgorithmsResponse(algorithms=[search, best])

    async def ListFunctions(self, request, context):  # noqa: N802
        return ListFunctionsResponse(functions=self.functions)

    async def RunFunction(self, request, context):  # noqa: N802
        self.called.append(request)
        async for one in self.runs():
            yield one

    async def ListTraces(self, request, context):  # noqa: N802
        self.listed.append(request)
        return ListTracesResponse(traces=[info(request.tenant)], next_page_token="7-trace-1")

    async def GetTrace(self, request, context):  # noqa: N802
        await self._own(request, context)
        return GetTraceResponse(info=info(request.tenant), events=[event async for event in self.events()])

    async def WatchTrace(self, request, context):  # noqa: N802
        await self._own(request, context)
        async for event in self.events():
            yield WatchTraceResponse(event=event)

    async def _own(self, request, context):
        if request.trace_id != "trace-1":
            await context.abort(StatusCode.NOT_FOUND, f"no run {request.trace_id!r}")

    @property
    def request(self):
        """What the last Solve was asked."""
        return self.asked[-1][0]


def info(tenant):
    return TraceInfo(trace_id="trace-1", request_id=tenant, state=TraceState.TRACE_STATE_ANSWERED, seconds=0.5, seed=7)


def profile(name):
    parameters = Struct()
    parameters.update({"alpha": 0.5})
    return Profile(name=name, model="its-tiny", algorithm="best-of-n", budget=Budget(samples=4), parameters=parameters)


@asynccontextmanager
async def scripted(script):
    """Serve `script` as a real orchestrator; yield its address."""
    server = new_server(ServiceSettings())
    add_OrchestratorServiceServicer_to_server(script, server)
    health_pb2_grpc.add_HealthServicer_to_server(script.health, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    await script.health.set(SERVICE, health_pb2.HealthCheckResponse.SERVING)
    try:
        yield f"127.0.0.1:{port}"
    finally:
        await server.stop(0)


@asynccontextmanager
async def gateway_to(address, **changes):
    """Serve a gateway in front of the orchestrator at `address`; yield its URL."""
    settings = Settings(**{"port": 0, "orchestrator": address, "grace_seconds": 1, **changes})
    async with (
        open_orchestrator(address) as orchestrator,
        serving(create_app(settings, orchestrator), settings) as port,
    ):
        yield f"http://127.0.0.1:{port}"
