"""The example plugin, installed beside us as a user would: listed, run by a real orchestrator, held to the laws."""

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from its.orchestrator.v1 import answer_pb2
from its.orchestrator.v1 import orchestrator_pb2 as pb
from its.orchestrator.v1.orchestrator_pb2_grpc import OrchestratorServiceStub
from its_orchestrator.algorithms import BUILTIN
from its_orchestrator.testing import World, serve_generator
from its_runtime.channel import open_channel

ROOT = Path(__file__).parents[2]
PLUGIN = ROOT / "examples/plugin"
NAME = "short-m-at-k"
STRATEGY = "shortest_selection"


@pytest.fixture(scope="module")
def beside_us(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Install a copy of the plugin into a folder of its own; return an environment that finds it there."""
    copy, target = tmp_path_factory.mktemp("source") / "plugin", tmp_path_factory.mktemp("installed")
    shutil.copytree(PLUGIN, copy)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    uv = shutil.which("uv", path=path)
    assert uv, "make puts uv beside Python"
    # uv builds with the backend that it brings along: nothing is downloaded.
    command = [uv, "pip", "install", "--quiet", "--offline", "--no-deps", "--no-config", "--python", sys.executable]
    subprocess.run([*command, "--target", str(target), str(copy)], check=True, cwd=copy)
    return {**os.environ, "PYTHONPATH": str(target)}


def run(environment: dict[str, str], *arguments: str) -> str:
    command = [sys.executable, "-m", *arguments]
    ran = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def test_it_is_listed_beside_ours(beside_us: dict[str, str]):
    listed = {one["name"]: one for one in json.loads(run(beside_us, "its_cli", "algorithms", "--json"))}

    assert set(listed) == {NAME, *(kind.name for kind in BUILTIN)}
    assert listed[NAME]["parameters"]["m"]["default"] == 3


def test_without_it_there_are_only_ours():
    listed = json.loads(run(dict(os.environ), "its_cli", "algorithms", "--json"))

    assert NAME not in {one["name"] for one in listed}


def test_its_own_tests_hold_it_to_the_laws(beside_us: dict[str, str]):
    assert "passed" in run(beside_us, "pytest", "-q", "-p", "no:cacheprovider", str(PLUGIN / "tests"))


def test_its_strategy_is_listed_with_its_fields(beside_us: dict[str, str]):
    listed = {one["type"]: one for one in json.loads(run(beside_us, "its_cli", "info", "strategies", "--json"))}

    assert (listed[STRATEGY]["stage"], listed[STRATEGY]["fields"]["most"]["default"]) == ("selection", 1)


async def test_a_real_orchestrator_lists_it_and_runs_it(beside_us: dict[str, str]):
    async with serve_generator(World(["\\boxed{4}"])) as generator:
        port = free_port()
        places = {"ITS_ORCHESTRATOR_PORT": str(port), "ITS_ORCHESTRATOR_GENERATOR": generator}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "its_orchestrator", env={**beside_us, **places}, stderr=asyncio.subprocess.DEVNULL
        )
        try:
            async with open_channel(f"127.0.0.1:{port}") as channel:
                stub = OrchestratorServiceStub(channel)
                listed = await stub.ListAlgorithms(pb.ListAlgorithmsRequest(), wait_for_ready=True, timeout=60)
                call = stub.Solve(question(), timeout=60)
                events = [response.event async for response in call]
        finally:
            process.terminate()
            await process.wait()

    info = next(one for one in listed.algorithms if one.name == NAME)
    answer = events[-1].answer
    assert "2505.17813" in info.source
    assert (answer.algorithm, json.loads(answer.parameters_json)["m"]) == (NAME, 2)
    assert answer.message.content[0].text == "\\boxed{4}"
    assert answer.ledger.samples == 5


def question() -> pb.SolveRequest:
    request = pb.SolveRequest(request_id="plugin", text="2+2", algorithm=NAME, budget=answer_pb2.Budget(samples=5))
    request.parameters.update({"m": 2})
    return request


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
