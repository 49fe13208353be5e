"""Failures of a gateway, each with the exit status that tells its kind, and what to do."""

import asyncio
import threading
from collections.abc import Generator

import httpx
import openai
import pytest
from typer.testing import CliRunner

from its_cli.__main__ import app
from its_cli.client import explaining
from its_cli.exits import FAILED, UNREACHABLE, Failed
from its_runtime.server import new_server
from its_runtime.settings import ServiceSettings

ASKED = httpx.Request("POST", "http://gateway/v1/chat/completions")


@pytest.fixture
def orchestrator() -> Generator[str, None, None]:
    """The address of a service that speaks gRPC, and no HTTP that a client of gateways knows."""
    loop, ports = asyncio.new_event_loop(), list[int]()

    async def serve(started: threading.Event) -> None:
        server = new_server(ServiceSettings(port=0))
        ports.append(server.add_insecure_port("127.0.0.1:0"))
        await server.start()
        started.set()
        await stopped.wait()
        await server.stop(None)

    started, stopped = threading.Event(), asyncio.Event()
    thread = threading.Thread(target=lambda: loop.run_until_complete(serve(started)))
    thread.start()
    started.wait()
    yield f"http://127.0.0.1:{ports[0]}"
    loop.call_soon_threadsafe(stopped.set)
    thread.join()
    loop.close()


def test_a_service_behind_the_gateway_is_told_from_one(orchestrator: str):
    asked = CliRunner().invoke(app, ["ask", "--url", orchestrator, "2+2?"])

    assert asked.exit_code == UNREACHABLE
    assert "a gateway is asked, which speaks HTTP, not a service behind it" in " ".join(asked.stderr.split())


def test_an_answer_that_takes_too_long_is_one_failure_and_no_gateway_that_is_gone():
    with pytest.raises(Failed, match="took more than 600 s") as caught, explaining("http://gateway"):
        raise openai.APITimeoutError(ASKED)

    assert caught.value.status == FAILED
