"""`its algorithms` lists what is installed here, or what a running orchestrator lists."""

import asyncio
import json
import threading
from collections.abc import Iterator

import pytest
from click.testing import Result
from typer.testing import CliRunner

from its.orchestrator.v1.listing_pb2 import AlgorithmInfo, Need
from its.orchestrator.v1.orchestrator_pb2 import ListAlgorithmsResponse
from its.orchestrator.v1.orchestrator_pb2_grpc import (
    OrchestratorServiceServicer,
    add_OrchestratorServiceServicer_to_server,
)
from its_cli.__main__ import app
from its_cli.algorithms import described
from its_orchestrator.algorithms import BUILTIN
from its_runtime.server import new_server, serving
from its_runtime.settings import ServiceSettings


def its(*arguments: str, columns: int = 100) -> Result:
    return CliRunner().invoke(app, arguments, catch_exceptions=False, env={"COLUMNS": str(columns), "TERM": "dumb"})


class Listing(OrchestratorServiceServicer):
    async def ListAlgorithms(self, request, context):  # noqa: N802
        schema = json.dumps({"properties": {"rounds": {"type": "integer", "default": 3, "minimum": 1}}})
        debate = AlgorithmInfo(
            name="debate", summary="Talk [it] over.", parameters_json_schema=schema, needs=[Need.NEED_JUDGE]
        )
        return ListAlgorithmsResponse(algorithms=[debate])


@pytest.fixture
def orchestrator() -> Iterator[str]:
    """Serve a listing from a thread, as the command runs a loop of its own."""
    addresses, loop, stop = [], asyncio.new_event_loop(), asyncio.Event()
    ready = threading.Event()

    async def serve() -> None:
        settings = ServiceSettings(grace_seconds=0)
        server = new_server(settings)
        add_OrchestratorServiceServicer_to_server(Listing(), server)
        async with serving(server, settings, "its.orchestrator.v1.OrchestratorService") as port:
            addresses.append(f"127.0.0.1:{port}")
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    ready.wait()
    yield addresses[0]
    loop.call_soon_threadsafe(stop.set)
    thread.join()
    loop.close()


def test_every_algorithm_is_listed_with_what_it_takes():
    listed = json.loads(its("algorithms", "--json").stdout)

    assert {kind.name for kind in BUILTIN} <= {one["name"] for one in listed}
    beam = next(one for one in listed if one["name"] == "beam-search")
    assert beam["parameters"]["beam_width"]["minimum"] == 1
    assert beam["needs"] == ["process-reward", "prefix"]
    assert "2408.03314" in beam["source"]
    assert "beam" in beam["budget"]


def test_the_table_keeps_to_a_hundred_columns_and_no_name_is_cut():
    told = its("algorithms").stdout

    assert max(map(len, told.splitlines())) <= 100
    assert all(kind.name in told for kind in BUILTIN)
    assert "beam_width = 4 (≥ 1, ≤ 1000)" in told
    assert "needs: any generator" in told


def test_a_running_orchestrator_tells_its_own(orchestrator: str):
    told = its("algorithms", "--orchestrator", orchestrator).stdout

    assert "Talk [it] over." in told
    assert "needs: judge" in told
    assert "rounds = 3 (≥ 1)" in told
    assert "beam-search" not in told


def test_an_address_where_nobody_listens_is_an_error_with_its_own_status():
    asked = its("algorithms", "--orchestrator", "127.0.0.1:1", "--json")

    assert (asked.exit_code, asked.stdout) == (69, "")
    assert "orchestrator at 127.0.0.1:1" in asked.stderr
    assert "its up" in asked.stderr


def test_an_algorithm_without_parameters_has_none():
    assert described(AlgorithmInfo(name="plain"))["parameters"] == {}
