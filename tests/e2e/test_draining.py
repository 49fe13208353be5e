"""An orchestrator that is told to stop finishes what runs; meanwhile the gateway isn't ready and refuses with 503."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from its.chat.v1.tokens_pb2 import ModelIdentity, TokenIds
from its.generator.v1 import generator_pb2 as pb
from its.generator.v1.generator_pb2_grpc import GeneratorServiceServicer, add_GeneratorServiceServicer_to_server
from its_runtime.server import new_server, serving
from its_runtime.settings import ServiceSettings

ASK = {"model": "slow:self-consistency", "budget": 1, "messages": [{"role": "user", "content": "What is 3 + 4?"}]}


class Slow(GeneratorServiceServicer):
    """A generator that answers when it may."""

    def __init__(self) -> None:
        self.began, self.may = asyncio.Event(), asyncio.Event()

    async def Generate(self, request: Any, context: Any) -> AsyncIterator[pb.GenerateResponse]:  # noqa: N802
        self.began.set()
        await self.may.wait()
        yield pb.GenerateResponse(
            started=pb.Started(model=ModelIdentity(name="slow"), prompt_token_ids=TokenIds(ids=[1])),
            deltas=[pb.Delta(token_ids=[1, 2], text="7")],
            finished=[pb.Finished(stop_reason=pb.STOP_REASON_EOS, completion_tokens=2)],
            usage=pb.Usage(prompt_tokens=1, completion_tokens=2),
        )

    async def GetCapabilities(self, request: Any, context: Any) -> pb.GetCapabilitiesResponse:  # noqa: N802
        model = pb.ModelCapabilities(model=ModelIdentity(name="slow"), backend="slow", max_sequences=8, token_ids=True)
        return pb.GetCapabilitiesResponse(models=[model])


@pytest.fixture
async def slow() -> AsyncIterator[tuple[Slow, str]]:
    """A slow generator and its address."""
    settings = ServiceSettings(grace_seconds=0)
    generator, server = Slow(), new_server(settings)
    add_GeneratorServiceServicer_to_server(generator, server)
    async with serving(server, settings, "its.generator.v1.GeneratorService") as port:
        yield generator, f"127.0.0.1:{port}"


@pytest.fixture
async def start() -> AsyncIterator[Any]:
    """Starts a process of ours; returns it and where it serves. What still runs after the test is killed."""
    processes: list[asyncio.subprocess.Process] = []

    async def begin(section: str, **environment: str) -> tuple[asyncio.subprocess.Process, str]:
        names = {f"ITS_{section}_{name}".upper(): value for name, value in {"port": "0", **environment}.items()}
        command = [sys.executable, "-m", f"its_{section}"]
        process = await asyncio.create_subprocess_exec(*command, env=os.environ | names, stderr=asyncio.subprocess.PIPE)
        processes.append(process)
        while line := await process.stderr.readline():
            if found := re.search(rb"address=(?:http://)?(127\.0\.0\.1:\d+)", line):
                return process, found[1].decode()
        raise AssertionError(f"{section} ended without saying where it is")

    yield begin
    for process in processes:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def test_a_stopping_orchestrator_finishes_what_runs_and_clients_hear_503_for_what_is_new(slow: Any, start: Any):
    generator, address = slow
    orchestrator, behind = await start("orchestrator", generator=address)
    _, front = await start("gateway", orchestrator=behind)
    async with httpx.AsyncClient(base_url=f"http://{front}", timeout=60, trust_env=False) as http:
        running = asyncio.create_task(http.post("/v1/chat/completions", json=ASK))
        await generator.began.wait()
        orchestrator.send_signal(signal.SIGTERM)
        while (await http.get("/ready")).json()["parts"]["orchestrator"] == "ready":
            pass
        refused = await http.post("/v1/chat/completions", json=ASK)
        alive = await http.get("/health")
        assert not running.done()
        generator.may.set()
        finished = await running

    assert (finished.status_code, alive.status_code) == (200, 200), finished.text
    assert finished.json()["choices"][0]["message"]["content"] == "7"
    assert refused.status_code == 503
    assert refused.headers["retry-after"]
    assert await orchestrator.wait() == 0
