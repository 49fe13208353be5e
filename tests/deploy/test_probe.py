"""The probe of the images' health checks tells a healthy process from any other."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from its_cli.layout import free_ports
from its_runtime.server import new_server, serving
from its_runtime.settings import ServiceSettings


@pytest.fixture
def probe(root: Path) -> list[str]:
    return [sys.executable, str(root / "deploy/probe.py")]


async def test_a_service_that_serves_is_healthy_and_no_other_name_is(probe: list[str]):
    async with serving(new_server(ServiceSettings()), ServiceSettings(), "its.toy.v1.ToyService") as port:
        ours = await _exit_status(*probe, f"127.0.0.1:{port}", "its.toy.v1.ToyService")
        other = await _exit_status(*probe, f"127.0.0.1:{port}", "its.other.v1.OtherService")

    assert (ours, other) == (0, 1)


def test_nobody_there_is_not_healthy(probe: list[str]):
    port = free_ports()[0]

    assert subprocess.run([*probe, f"127.0.0.1:{port}", "x"], check=False).returncode == 1
    assert subprocess.run([*probe, f"http://127.0.0.1:{port}/ready"], check=False).returncode == 1


@pytest.mark.parametrize(("status", "exit_status"), [(200, 0), (503, 1)])
def test_a_gateway_is_healthy_when_it_is_ready(probe: list[str], status: int, exit_status: int):
    with _answering(status) as port:
        done = subprocess.run([*probe, f"http://127.0.0.1:{port}/ready"], check=False)

    assert done.returncode == exit_status


async def _exit_status(*command: str) -> int:
    return await (await asyncio.create_subprocess_exec(*command)).wait()


@contextmanager
def _answering(status: int) -> Generator[int, None, None]:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        yield server.server_port
        server.shutdown()
