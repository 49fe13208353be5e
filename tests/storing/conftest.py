"""A whole orchestrator that stores its runs, in front of a scripted world."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from its.chat.v1 import chat_pb2 as chat
from its.orchestrator.v1 import orchestrator_pb2 as pb
from its.orchestrator.v1.answer_pb2 import Budget
from its.orchestrator.v1.orchestrator_pb2_grpc import OrchestratorServiceStub, add_OrchestratorServiceServicer_to_server
from its.orchestrator.v1.trace_pb2 import TraceInfo
from its_orchestrator.__main__ import SERVICE, engines, servicer
from its_orchestrator.components.supplies import supplies
from its_orchestrator.settings import Settings
from its_orchestrator.storing.keeper import open_keeper
from its_orchestrator.storing.settings import TraceSettings
from its_orchestrator.testing import Script, World
from its_orchestrator.testing.served import served
from its_orchestrator.traces import Traces
from its_orchestrator.wire import convert_traces
from its_orchestrator.workflows.blueprint import Drawing
from its_orchestrator.workflows.job import Call, Terms
from its_orchestrator.workflows.runner import Runner, outcome
from its_runtime.calls import response, responses
from its_runtime.channel import open_channel
from its_runtime.server import new_server, serving

SAID = ["1+1\n\nis 2\n\n\\boxed{2}", "1+1\n\nis 3\n\n\\boxed{3}"]


class Orchestrator:
    """A running orchestrator, asked for its traces."""

    def __init__(self, stub: OrchestratorServiceStub) -> None:
        self.stub = stub

    def call(self, **fields: Any):
        asked = chat.Message(role=chat.ROLE_USER, content=[chat.ContentPart(text="What is 1+1?")])
        given = {
            "request_id": "asked",
            "conversation": chat.Conversation(messages=[asked]),
            "algorithm": "particle-filtering",
            "budget": Budget(samples=4),
            "detail": pb.DETAIL_ALL,
        }
        return self.stub.Solve(pb.SolveRequest(**{**given, **fields}), timeout=20)

    async def solve(self, **fields: Any):
        return [part.event async for part in responses(self.call(**fields), "orchestrator")]

    async def get(self, trace_id: str, tenant: str = "") -> pb.GetTraceResponse:
        return await response(self.stub.GetTrace(pb.GetTraceRequest(trace_id=trace_id, tenant=tenant)), "orchestrator")

    async def list(self, **fields: Any) -> pb.ListTracesResponse:
        return await response(self.stub.ListTraces(pb.ListTracesRequest(**fields)), "orchestrator")

    async def watch(self, trace_id: str, tenant: str = ""):
        call = self.stub.WatchTrace(pb.WatchTraceRequest(trace_id=trace_id, tenant=tenant))
        async for part in responses(call, "orchestrator"):
            yield part.event


@asynccontextmanager
async def storing(world: World | None = None, **traces: Any) -> AsyncIterator[Orchestrator]:
    world = world or World(SAID, judge=lambda text: 0.1 if "3" in text else 0.9)
    async with served(world) as at:
        section = Settings(port=0, grace_seconds=0, generator=at.generator, reward=at.reward, traces=traces)
        async with (
            open_channel(at.generator) as generator,
            open_channel(at.reward) as reward,
            open_keeper(section.traces) as keeper,
        ):
            server = new_server(section)
            behind = engines(section, generator, reward)
            add_OrchestratorServiceServicer_to_server(servicer(section, behind, keeper=keeper), server)
            async with serving(server, section, SERVICE) as port, open_channel(f"127.0.0.1:{port}") as channel:
                yield Orchestrator(OrchestratorServiceStub(channel))


@pytest.fixture(name="storing")
def _storing() -> Callable[..., AbstractAsyncContextManager[Orchestrator]]:
    """Serve an orchestrator: `async with storing(world, url=..., prompts=True) as its`."""
    return storing


@pytest.fixture
def asked_function() -> Callable[..., Awaitable[TraceInfo]]:
    """Ask a function, and return what is known of the run: `await asked_function("Why?", prompts=True)`."""

    async def ask(text: str, **traces: Any) -> TraceInfo:
        world = World(SAID)
        told = convert_traces.words(world.engines.equivalence, prompts=traces["prompts"])
        kept = Traces(TraceSettings(**traces), told)
        functions = {"ask": {"_type": "chat_completion", "llm_name": "a"}}
        llms = {"a": {"_type": "scripted", "script": Script(lambda *_: "Because.")}}
        async with supplies(world.engines) as supplied:
            runner = Runner(Drawing().read({"llms": llms, "functions": functions}), supplied, kept)
            await outcome(runner.call(Call("ask", text, Terms("asked"))))
        return (await kept.page("")).traces[0]

    return ask


@pytest.fixture(params=["sqlite", "folder", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A place for runs, empty, of each kind; ITS_POSTGRES names a database whose runs may be forgotten."""
    if request.param != "postgres":
        return {"sqlite": f"sqlite:///{tmp_path}/kept/traces.sqlite", "folder": f"{tmp_path}/kept"}[request.param]
    if not (database := os.environ.get("ITS_POSTGRES")):
        pytest.skip("ITS_POSTGRES names no database, such as postgresql://localhost/its")
    with psycopg.connect(database) as connection:
        connection.execute("DROP TABLE IF EXISTS its_traces")
    return database
