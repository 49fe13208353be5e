"""CPU of the orchestrator's process for a request that comes and is served over gRPC, and what of it is gRPC's.

    python benchmarks/served_cost.py

This process serves the orchestrator and measures itself; scripted engines and the client run in two others. What gRPC
costs is measured in the same process: a bare service makes the calls that the orchestrator made for one request, with
the same messages, and does nothing with what comes back. Each number is the least of some rounds, since other load on
the machine only ever adds to it.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from its.chat.v1 import chat_pb2
from its.generator.v1.generator_pb2_grpc import GeneratorServiceStub
from its.orchestrator.v1 import answer_pb2
from its.orchestrator.v1 import orchestrator_pb2 as pb
from its.orchestrator.v1.orchestrator_pb2_grpc import (
    OrchestratorServiceServicer,
    OrchestratorServiceStub,
    add_OrchestratorServiceServicer_to_server,
)
from its.reward.v1.reward_pb2_grpc import RewardServiceStub
from its_orchestrator.__main__ import SERVICE, engines, servicer
from its_orchestrator.clients import generation as generation_wire
from its_orchestrator.clients import scoring as scoring_wire
from its_orchestrator.running.run import Engines
from its_orchestrator.settings import Settings
from its_orchestrator.testing import World, served
from its_runtime.calls import responses
from its_runtime.channel import open_channel
from its_runtime.logs import configure
from its_runtime.server import new_server, serving

STEPS = 8
ANSWERS = ["a step of it\n\n" * (STEPS - 1) + f"so \\boxed{{{number}}}" for number in range(4)]


class Told:
    """An engine that is watched: it keeps what it was asked."""

    def __init__(self, engine, asked: list) -> None:
        self._engine = engine
        self._asked = asked
        self.models = engine.models

    def generate(self, generation):
        self._asked.append(generation_wire.request(generation))
        return self._engine.generate(generation)

    async def score(self, scoring):
        self._asked.append(scoring_wire.request(scoring))
        return await self._engine.score(scoring)


class Bare(OrchestratorServiceServicer):
    """Makes the calls that were made, and answers what was answered."""

    def __init__(self, generator, reward) -> None:
        self.asked = []
        self.answer = pb.SolveResponse()
        self._generator = GeneratorServiceStub(generator)
        self._reward = RewardServiceStub(reward)

    async def Solve(self, request, context) -> AsyncIterator[pb.SolveResponse]:  # noqa: N802
        for one in self.asked:
            if hasattr(one, "branches"):
                async for _ in responses(self._generator.Generate(one, timeout=60), "generator"):
                    pass
            else:
                await self._reward.Score(one, timeout=60)
        yield self.answer


class Bench:
    """An orchestrator, a bare service, and a client in another process."""

    def __init__(self, client, asked: list, bare: Bare, ports: tuple[int, int]) -> None:
        self._client = client
        self._asked = asked
        self._bare = bare
        self._real, self._plain = ports

    async def own(self, request: pb.SolveRequest, arguments) -> tuple[float, float, int]:
        """Return the seconds of CPU of one request, those of it that are gRPC's, and its calls."""
        self._asked.clear()
        async with open_channel(f"127.0.0.1:{self._real}") as channel:
            async for message in responses(OrchestratorServiceStub(channel).Solve(request, timeout=60), "orchestrator"):
                self._bare.answer = message
        self._bare.asked = list(self._asked)
        real = await self.least(self._real, request, arguments)
        plain = await self.least(self._plain, request, arguments)
        return real, plain, len(self._bare.asked)

    async def least(self, port: int, request: pb.SolveRequest, arguments) -> float:
        """Return the seconds of CPU that one request takes here."""
        await self.solve(port, request, arguments.requests // 4 + 1)
        spent = [await self.solve(port, request, arguments.requests) for _ in range(arguments.rounds)]
        return min(spent) / arguments.requests

    async def solve(self, port: int, request: pb.SolveRequest, times: int) -> float:
        """Let the client ask so often; return the seconds of CPU that it took here."""
        self._asked.clear()
        begin = time.process_time()
        self._client.stdin.write(f"{port} {times} {request.SerializeToString().hex()}\n".encode())
        await self._client.stdout.readline()
        return time.process_time() - begin


def asks(algorithm: str, samples: int) -> pb.SolveRequest:
    """Return a request."""
    words = chat_pb2.Message(role=chat_pb2.ROLE_USER, content=[chat_pb2.ContentPart(text="What is (7-6+8)*5?")])
    request = pb.SolveRequest(request_id="cost", algorithm=algorithm, budget=answer_pb2.Budget(samples=samples))
    request.conversation.messages.append(words)
    request.sampling.seed = 1
    return request


@asynccontextmanager
async def child(role: str):
    """Run a part of this script in a process of its own."""
    pipes = {"stdin": asyncio.subprocess.PIPE, "stdout": asyncio.subprocess.PIPE}
    process = await asyncio.create_subprocess_exec(sys.executable, __file__, "--role", role, **pipes)
    try:
        yield process
    finally:
        process.stdin.close()
        await process.wait()


@asynccontextmanager
async def bench():
    """Put everything together."""
    async with child("engines") as behind, child("client") as client:
        at = (await behind.stdout.readline()).decode().split()
        settings = Settings(port=0, grace_seconds=0, generator=at[0], reward=at[1], log_level="error")
        asked: list = []
        async with open_channel(at[0]) as generator, open_channel(at[1]) as reward:
            known = engines(settings, generator, reward)
            told = Engines(Told(known.generator, asked), Told(known.reward, asked), known.equivalence)
            bare = Bare(generator, reward)
            async with listening(servicer(settings, told)) as real, listening(bare) as plain:
                yield Bench(client, asked, bare, (real, plain))


@asynccontextmanager
async def listening(service: OrchestratorServiceServicer):
    """Serve `service` on a free port."""
    settings = Settings(port=0, grace_seconds=0, log_level="error")
    server = new_server(settings)
    add_OrchestratorServiceServicer_to_server(service, server)
    async with serving(server, settings, SERVICE) as port:
        yield port


async def costs(arguments) -> None:
    """Print what requests cost."""
    print("| algorithm | budget | calls | CPU ms a request | gRPC's part | own part |")
    print("|---|---:|---:|---:|---:|---:|")
    async with bench() as measured:
        for algorithm in arguments.algorithm:
            for samples in arguments.budget:
                real, plain, calls = await measured.own(asks(algorithm, samples), arguments)
                print(
                    f"| {algorithm} | {samples} | {calls} | {1e3 * real:.2f} | {1e3 * plain:.2f} | "
                    f"{1e3 * (real - plain):.2f} |",
                    flush=True,
                )


async def serve_engines() -> None:
    """Serve a scripted world until the parent lets go."""
    async with served(World(ANSWERS, judge=lambda text: len(text) % 7 / 7)) as at:
        print(at.generator, at.reward, flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


async def ask_on_demand() -> None:
    """Send what the parent says, as often as it says, and say when it is done."""
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        port, times, request = line.split()
        async with open_channel(f"127.0.0.1:{port}") as channel:
            stub, wanted = OrchestratorServiceStub(channel), pb.SolveRequest.FromString(bytes.fromhex(request))
            for _ in range(int(times)):
                async for _ in responses(stub.Solve(wanted, timeout=60), "orchestrator"):
                    pass
        print("done", flush=True)


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--role", choices=("engines", "client"), help=argparse.SUPPRESS)
    parser.add_argument("--algorithm", nargs="+", default=["best-of-n", "particle-filtering"])
    parser.add_argument("--budget", type=int, nargs="+", default=[1, 16, 64])
    parser.add_argument("--requests", type=int, default=40, help="in each round")
    parser.add_argument("--rounds", type=int, default=5)
    return parser.parse_args()


if __name__ == "__main__":
    configure(Settings(log_level="error"))
    parsed = parse()
    roles = {"engines": serve_engines, "client": ask_on_demand}
    asyncio.run(roles[parsed.role]() if parsed.role else costs(parsed))
