"""`its up` never starts over somebody else's port, and never leaves a process behind."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest


def test_a_taken_port_is_told_with_what_to_do(started: Any, port_base: int):
    with socket.socket() as intruder:
        intruder.bind(("127.0.0.1", port_base + 1))
        intruder.listen()
        with started(base=port_base) as up:
            assert up.ended() == 69

    assert f"port {port_base + 1} (generator)" in up.output
    assert "--port-base" in up.output


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 0), (signal.SIGKILL, -signal.SIGKILL)])
def test_however_it_ends_while_it_starts_no_process_stays_behind(started: Any, gone: Any, number: int, status: int):
    if number == signal.SIGKILL and sys.platform != "linux":
        pytest.skip("only Linux tells a process that its parent is gone")
    with started() as up:
        up.until("is healthy")
        services = psutil.Process(up.process.pid).children()
        assert up.stop(number) == status

    assert len(services) == 4
    assert all(gone(service) for service in services)


def test_a_terminal_that_goes_takes_its_up_and_the_services_with_it(shell_words: Any, gone: Any, port_base: int):
    near, far = os.openpty()
    with subprocess.Popen(shell_words("up", "--port-base", str(port_base)), stdin=far, stdout=far, stderr=far) as up:
        os.close(far)
        shown = b""
        while b"is healthy" not in shown:
            shown += os.read(near, 4096)
        services = psutil.Process(up.pid).children()
        os.close(near)
        up.send_signal(signal.SIGHUP)
        up.wait(60)

    assert len(services) == 4
    assert all(gone(service) for service in services)


def test_asking_without_a_gateway_starts_one_for_the_question(its: Any, port_base: int, tmp_path: Path):
    config = tmp_path / "its.yaml"
    config.write_text(f"gateway: {{port: {port_base}}}\n")
    before = set(psutil.Process().children(recursive=True))
    asked = its("ask", "--budget", "2", "--config", str(config), QUESTION)

    assert asked.exit_code == 0, asked.stderr
    assert asked.stdout.strip()
    assert "2 candidates" in asked.stderr
    assert set(psutil.Process().children(recursive=True)) <= before


def test_nobody_at_the_url_is_told(its: Any, port_base: int):
    asked = its("ask", "--url", f"http://127.0.0.1:{port_base}", QUESTION)

    assert asked.exit_code == 69
    assert f"http://127.0.0.1:{port_base} doesn't answer" in asked.stderr


QUESTION = "What is 3 + 4?"
