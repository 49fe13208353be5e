"""The process: healthy while nothing is behind it, configured by its.yaml, ended by SIGTERM."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from grpc_health.v1 import health_pb2
from grpc_health.v1.health_pb2_grpc import HealthStub

from its.orchestrator.v1 import answer_pb2
from its.orchestrator.v1 import orchestrator_pb2 as pb
from its.orchestrator.v1.orchestrator_pb2_grpc import OrchestratorServiceStub
from its_orchestrator.settings import Settings
from its_orchestrator.testing import World, serve_generator
from its_runtime.channel import open_channel
from its_runtime.config import ConfigError, ConfigFile

CONFIG = """
orchestrator:
  profiles:
    careful:
      algorithm: beam-search
      parameters: {beam_width: 2}
      budget: {samples: 6}
"""


@asynccontextmanager
async def running(config: Path, **environment: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "its_orchestrator",
        "--config",
        str(config),
        env={**os.environ, **environment},
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


@pytest.fixture
def port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


async def test_it_is_healthy_while_nothing_is_behind_it_and_ends_when_told(tmp_path: Path, port: int):
    (tmp_path / "its.yaml").write_text(CONFIG)
    async with serve_generator(World(["4"])) as generator:
        places = {"ITS_ORCHESTRATOR_PORT": str(port), "ITS_ORCHESTRATOR_GENERATOR": generator}
        async with running(tmp_path / "its.yaml", **places, ITS_ORCHESTRATOR_REWARD="127.0.0.1:1") as process:
            async with open_channel(f"127.0.0.1:{port}") as channel:
                health = await HealthStub(channel).Check(health_pb2.HealthCheckRequest(), wait_for_ready=True)
                stub = OrchestratorServiceStub(channel)
                profiles = await stub.ListProfiles(pb.ListProfilesRequest())
                listed = await stub.ListAlgorithms(pb.ListAlgorithmsRequest())
                call = stub.Solve(pb.SolveRequest(request_id="p", text="2+2", budget=answer_pb2.Budget(samples=1)))
                events = [response.event async for response in call]
            process.send_signal(signal.SIGTERM)
            status = await process.wait()

    assert health.status == health_pb2.HealthCheckResponse.SERVING
    assert [one.name for one in profiles.profiles] == ["careful", "toy"]
    assert profiles.profiles[0].budget.samples == 6
    assert [one.name for one in listed.algorithms] == sorted(one.name for one in listed.algorithms)
    assert events[-1].answer.algorithm == "beam-search"
    assert events[-1].answer.message.content[0].text == "4"
    assert status == 0


def test_its_section_has_the_documented_defaults():
    settings = ConfigFile(None).section("orchestrator", Settings, {})

    assert (settings.port, settings.generator, settings.reward) == (50051, "127.0.0.1:50052", "127.0.0.1:50053")


@pytest.mark.parametrize(
    ("line", "named"),
    [("budget: {samples: 5000}", "budget.samples"), ("algoritm: x", "unknown key"), ("sampling: {heat: 1}", "heat")],
)
def test_a_profile_that_is_wrong_is_an_error_with_its_line(tmp_path: Path, line: str, named: str):
    file = tmp_path / "its.yaml"
    file.write_text(f"orchestrator:\n  profiles:\n    mine:\n      {line}\n")

    with pytest.raises(ConfigError, match=named) as caught:
        ConfigFile(file).section("orchestrator", Settings, {})
    assert f"{file}:4:" in str(caught.value)
