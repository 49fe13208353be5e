"""A scripted orchestrator on a real socket, for clients that know only the contract, and what clients in Node need."""

import json
import subprocess
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from its.chat.v1.chat_pb2 import ContentPart, Message
from its.orchestrator.v1 import answer_pb2, event_pb2, listing_pb2, orchestrator_pb2
from its.orchestrator.v1.orchestrator_pb2_grpc import (
    OrchestratorServiceServicer,
    add_OrchestratorServiceServicer_to_server,
)
from its_runtime.errors import NotFound
from its_runtime.server import new_server, serving
from its_runtime.settings import ServiceSettings

SERVICE = "its.orchestrator.v1.OrchestratorService"
ALGORITHMS = ["best-of-n", "self-consistency"]
HERE = Path(__file__).parent


class Scripted(OrchestratorServiceServicer):
    """Knows two algorithms; both answer 42."""

    async def ListAlgorithms(self, request, context):  # noqa: N802
        infos = [listing_pb2.AlgorithmInfo(name=name, needs=["NEED_REWARD"]) for name in ALGORITHMS]
        return orchestrator_pb2.ListAlgorithmsResponse(algorithms=infos)

    async def Solve(self, request, context) -> AsyncGenerator:  # noqa: N802
        if request.algorithm not in ALGORITHMS:
            raise NotFound(f"no algorithm is called {request.algorithm!r}; there are {ALGORITHMS}")
        started = event_pb2.RunStarted(algorithm=request.algorithm, budget=request.budget, seed=2**63)
        yield event(0, started=started)
        yield event(1, committed=event_pb2.TextCommitted(text=r"数 \boxed{42}"))
        yield event(2, answer=answer())


def event(index: int, **kind: object) -> orchestrator_pb2.SolveResponse:
    return orchestrator_pb2.SolveResponse(event=event_pb2.SolveEvent(trace_id="t", index=index, **kind))


def answer() -> answer_pb2.Answer:
    said = Message(role="ROLE_ASSISTANT", content=[ContentPart(text=r"数 \boxed{42}")])
    return answer_pb2.Answer(message=said, stopped_by="STOPPED_BY_COMPLETED", algorithm="best-of-n")


@pytest.fixture
async def address() -> AsyncGenerator[str]:
    """Where the orchestrator is served."""
    settings = ServiceSettings(grace_seconds=0)
    server = new_server(settings)
    add_OrchestratorServiceServicer_to_server(Scripted(), server)
    async with serving(server, settings, SERVICE) as port:
        yield f"127.0.0.1:{port}"


@pytest.fixture(scope="session")
def packages() -> None:
    """Install what clients in Node need, as the lock says, beside them."""
    wanted = json.loads((HERE / "package.json").read_text())["dependencies"]
    if not all((HERE / "node_modules" / name / "package.json").exists() for name in wanted):
        command = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
        told = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False, timeout=100)
        if told.returncode:
            pytest.skip(f"npm ci failed, is a registry within reach? {told.stderr.strip().splitlines()[-1:]}")
