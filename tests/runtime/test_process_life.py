"""A process ends as it was asked to, with an exit status that tells why."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import takewhile
from pathlib import Path

import pytest

from its_runtime.process import CANT_START, CONFIG_ERROR, PORT_TAKEN

SCRIPT = Path(__file__).parent / "scripted_process.py"


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen]]:
    """Start the scripted process; whatever still runs after the test is killed."""
    processes = []

    def begin(*arguments: str, **environment: str) -> subprocess.Popen:
        command = [sys.executable, str(SCRIPT), *arguments]
        process = subprocess.Popen(command, env=os.environ | environment, stderr=subprocess.PIPE, text=True)
        processes.append(process)
        return process

    yield begin
    for process in processes:
        process.kill()
        process.communicate()


def until(process: subprocess.Popen, pattern: str) -> re.Match:
    for line in process.stderr:
        if found := re.search(pattern, line):
            return found
    raise AssertionError(f"the process ended without a line like {pattern!r}")


def before_serving(process: subprocess.Popen) -> str:
    """Return what is logged before the process says that it serves."""
    return "".join(takewhile(lambda line: "serving" not in line, process.stderr))


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(start, name):
    process = start()
    until(process, "serving")
    process.send_signal(name)

    assert process.wait(30) == 0


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly_while_it_still_loads(start, name):
    process = start(ITS_SCRIPTED_LOAD_FOREVER="true")
    until(process, "loading")
    process.send_signal(name)

    assert process.wait(30) == 0
    assert "Traceback" not in process.stderr.read()


def test_a_signal_ends_it_cleanly_while_somebody_is_connected(start):
    process = start(ITS_SCRIPTED_GRACE_SECONDS="0.1")
    port = int(until(process, r"127\.0\.0\.1:(\d+)")[1])
    with socket.create_connection(("127.0.0.1", port)):
        process.send_signal(signal.SIGTERM)

        assert process.wait(30) == 0


def test_a_taken_port_has_a_status_and_a_sentence_of_its_own(start):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = start(ITS_SCRIPTED_PORT=str(port))
        _, said = process.communicate(timeout=30)

    assert process.returncode == PORT_TAKEN
    assert f"127.0.0.1:{port}" in said
    assert "Traceback" not in said


def test_a_wrong_configuration_has_a_status_and_its_line(start, tmp_path):
    path = tmp_path / "its.yaml"
    path.write_text("scripted:\n  prot: 1\n")
    process = start("--config", str(path))
    _, said = process.communicate(timeout=30)

    assert process.returncode == CONFIG_ERROR
    assert said == f"{path}:2: scripted.prot: unknown key\n"


def test_one_of_our_errors_while_starting_is_a_sentence_and_no_traceback(start):
    process = start(ITS_SCRIPTED_FAIL="true")
    _, said = process.communicate(timeout=30)

    assert process.returncode == CANT_START
    assert said == "the folder 'x' holds no model; name one with `models:`\n"


def test_logs_can_be_json(start):
    process = start(ITS_SCRIPTED_LOG_FORMAT="json")

    until(process, r'^\{.*"event": ?"serving"')


def test_what_libraries_log_is_written_as_our_own_lines_are(start):
    process = start(ITS_SCRIPTED_LOG_FORMAT="json", ITS_SCRIPTED_ASKS="true")
    told = [json.loads(line) for line in before_serving(process).splitlines()]

    assert [(one["event"], one["level"], one["logger"]) for one in told] == [("it is late", "warning", "library")]


@pytest.mark.parametrize(("level", "told"), [("info", False), ("debug", True)])
def test_addresses_of_calls_in_which_prompts_may_stand_are_logged_for_debugging_only(start, level, told):
    process = start(ITS_SCRIPTED_LOG_LEVEL=level, ITS_SCRIPTED_ASKS="true")

    assert ("vault" in before_serving(process)) == told


@pytest.mark.parametrize("style", ["text", "json"])
def test_a_logged_traceback_holds_no_prompt(start, style):
    said = before_serving(start(ITS_SCRIPTED_SURPRISE="true", ITS_SCRIPTED_LOG_FORMAT=style))

    assert "too long" in said
    assert "vault" not in said
