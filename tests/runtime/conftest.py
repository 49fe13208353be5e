"""A real service of the contract, scripted: what it does is a function of the test."""

import subprocess
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

import pytest
from grpc import aio

from its.reward.v1 import reward_pb2 as pb
from its.reward.v1.reward_pb2_grpc import RewardServiceServicer, RewardServiceStub, add_RewardServiceServicer_to_server
from its_runtime.channel import open_channel
from its_runtime.server import new_server, serving
from its_runtime.settings import ServiceSettings
from its_runtime.telemetry import Telemetry

SERVICE = "its.reward.v1.RewardService"
Context = aio.ServicerContext


async def nothing(request: pb.ScoreRequest, context: Context) -> pb.ScoreResponse:
    return pb.ScoreResponse()


async def echo(requests: AsyncIterator[pb.ScoreStreamRequest], context: Context) -> AsyncGenerator:
    async for request in requests:
        yield pb.ScoreStreamResponse(request_id=request.batch.request_id)


@dataclass
class Scripted(RewardServiceServicer):
    """A reward service whose two ways to score are the test's own functions."""

    score: Callable = nothing
    stream: Callable = echo

    async def Score(self, request, context):  # noqa: N802
        return await self.score(request, context)

    def ScoreStream(self, request_iterator, context):  # noqa: N802
        return self.stream(request_iterator, context)


@dataclass
class Running:
    """A scripted service that is being served, and a client of it."""

    port: int
    channel: aio.Channel
    stub: RewardServiceStub


@asynccontextmanager
async def running(
    servicer: Scripted, telemetry: Telemetry | None = None, **settings: object
) -> AsyncGenerator[Running, None]:
    chosen = ServiceSettings(**{"grace_seconds": 0, **settings})
    server = new_server(chosen, telemetry)
    add_RewardServiceServicer_to_server(servicer, server)
    async with serving(server, chosen, SERVICE) as port, open_channel(f"127.0.0.1:{port}") as channel:
        yield Running(port, channel, RewardServiceStub(channel))


@pytest.fixture
def serve() -> Callable[..., AbstractAsyncContextManager[Running]]:
    """Serve a scripted reward service: `async with serve(score=..., stream=..., grace_seconds=...)`."""

    def start(score: Callable = nothing, stream: Callable = echo, **settings: object):
        return running(Scripted(score, stream), **settings)

    return start


@pytest.fixture
def running_with() -> Callable[..., AbstractAsyncContextManager[RewardServiceStub]]:
    """Serve a scripted reward service that is told of: `async with running_with(score, telemetry) as stub`."""

    @asynccontextmanager
    async def start(score: Callable, telemetry: Telemetry):
        async with running(Scripted(score), telemetry) as service:
            yield service.stub

    return start


@pytest.fixture
def run_alone() -> Callable[[str], str]:
    """Run a program in a process of its own; return what it prints."""

    def run(program: str) -> str:
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
        return done.stdout.strip()

    return run


@pytest.fixture
def batch() -> pb.ScoreRequest:
    """A request that breaks no constraint."""
    trajectory = pb.Trajectory(id="a", text=pb.TextSteps(steps=["one"]))
    return pb.ScoreRequest(request_id="r", text="what?", trajectories=[trajectory])
