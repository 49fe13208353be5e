"""`its up` never starts over somebody else's port, and never leaves a process behind."""

import signal
import socket
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest


def test_a_taken_port_is_told_with_what_to_do(started: Any):
    with started() as up:
        pass
    with socket.socket() as intruder:
        intruder.bind(("127.0.0.1", up.base + 1))
        intruder.listen()
        with started(base=up.base) as second:
            assert second.ended() == 69

    assert f"port {up.base + 1} (generator)" in second.output
    assert "--port-base" in second.output


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent is gone")
def test_killing_its_up_leaves_no_process_behind(started: Any, gone: Any):
    with started() as up:
        up.until("is healthy")
        services = psutil.Process(up.process.pid).children()
        assert up.stop(signal.SIGKILL) == -signal.SIGKILL

    assert len(services) == 4
    assert all(gone(service) for service in services)


def test_a_service_that_cannot_start_is_named_with_its_reason(started: Any, tmp_path: Path):
    config = tmp_path / "its.yaml"
    config.write_text("reward: {models: {mine: {scorer: likelihood, folder: nowhere}}}\n")
    with started("--config", str(config)) as up:
        status = up.ended()

    assert status == 1
    assert "its: reward ended with exit status" in up.output
    assert "nowhere" in up.output


def test_asking_without_a_gateway_starts_one_for_the_question(its: Any, free_port: int, tmp_path: Path):
    config = tmp_path / "its.yaml"
    config.write_text(f"gateway: {{port: {free_port}}}\n")
    before = set(psutil.Process().children(recursive=True))
    asked = its("ask", "--budget", "2", "--config", str(config), QUESTION)

    assert asked.exit_code == 0, asked.stderr
    assert asked.stdout.strip()
    assert "2 candidates" in asked.stderr
    assert set(psutil.Process().children(recursive=True)) <= before


def test_nobody_at_the_url_is_told(its: Any, free_port: int):
    asked = its("ask", "--url", f"http://127.0.0.1:{free_port}", QUESTION)

    assert asked.exit_code == 69
    assert f"http://127.0.0.1:{free_port} doesn't answer" in asked.stderr


def test_a_client_that_leaves_stops_the_engines_work(up: Any, client: Any, until: Any):
    generator = up.services()["generator"]
    before = _work(generator)
    stream = client.chat.completions.create(model="its-tiny", messages=MESSAGES, stream=True, extra_body=MANY)
    next(chunk for chunk in stream if "budget 1000" in str(chunk))
    assert until(lambda: _work(generator) > before + 0.1, lambda: generator.cpu_percent(0.02))
    stream.close()

    assert until(lambda: generator.cpu_percent(0.3) < 5, lambda: None)
    assert _work(generator) < before + ALL_OF_IT / 2


QUESTION = "What is 3 + 4?"
MESSAGES: Any = [{"role": "user", "content": QUESTION}]
MANY: Any = {"budget": 1000, "its": {"progress": True}}
ALL_OF_IT = 2.5
"""Seconds of the processor that the whole request would take."""


def _work(process: psutil.Process) -> float:
    """Return the seconds of the processor that it has used."""
    times = process.cpu_times()
    return times.user + times.system
