"""The official SDKs for Python and for Node run the same scenarios against `its up`, and find the same."""

import json
import random
import shutil
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import sdk
from servers import Hosted, busy_once, serving

HERE = Path(__file__).parent
SCENARIOS: list[dict[str, Any]] = json.loads((HERE / "scenarios.json").read_text())
SECONDS = 60
NODE = shutil.which("node") and shutil.which("npm")


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Generator[str, None, None]:
    """The gateway of a whole system, with the small model and one behind an OpenAI-compatible server."""
    with serving(Hosted) as hosted:
        config = tmp_path_factory.mktemp("its") / "its.yaml"
        config.write_text(CONFIG.format(hosted=hosted))
        base = _port_base()
        command = [sys.executable, "-m", "its_cli", "up", "--config", str(config), "--port-base", str(base)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as up:
            try:
                said = ""
                while "its: ready" not in said:
                    line = up.stdout.readline()  # pyright: ignore[reportOptionalMemberAccess]
                    assert line, said
                    said += line
                yield f"http://127.0.0.1:{base + 3}"
            finally:
                up.terminate()
                up.communicate(timeout=SECONDS)
        assert up.returncode == 0


@pytest.fixture(scope="module")
def in_node(url: str, packages: None) -> dict[str, Any]:
    """What each scenario gave in Node."""
    with busy_once(url) as flaky:
        command = ["node", str(HERE / "sdk.mjs"), str(HERE / "scenarios.json"), url, flaky]
        told = subprocess.run(command, capture_output=True, text=True, check=False, timeout=SECONDS)
    assert told.returncode == 0, told.stderr
    return json.loads(told.stdout)


@pytest.fixture(scope="module")
def in_python(url: str) -> dict[str, Any]:
    """What each scenario gave in Python."""
    with busy_once(url) as flaky:
        return {one["name"]: sdk.given(one["does"], one["request"], url, flaky) for one in SCENARIOS}


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one["name"])
def test_it_gives_what_it_should_in_python(in_python: dict[str, Any], scenario: dict[str, Any]):
    found = in_python[scenario["name"]]

    assert {name: found.get(name) for name in scenario["gives"]} == scenario["gives"]


@pytest.mark.skipif(not NODE, reason="node and npm are needed")
def test_it_gives_the_same_in_node(in_node: dict[str, Any], in_python: dict[str, Any]):
    assert in_node == in_python


def test_a_stream_says_the_same_as_the_whole_answer(in_python: dict[str, Any]):
    for whole in ("several choices", "log-probabilities"):
        assert in_python[whole]["texts"] == in_python[f"{whole}, streamed"]["texts"]


def _port_base() -> int:
    """Return the first of four free ports in a row."""
    while True:
        base = random.randrange(10_000, 32_000)  # which no outgoing connection takes meanwhile
        try:
            with ExitStack() as stack:
                for port in range(base, base + 4):
                    stack.enter_context(socket.socket()).bind(("127.0.0.1", port))
        except OSError:
            continue
        return base


CONFIG = """\
generator:
  models:
    its-tiny: {{backend: embedded, folder: its-tiny}}
    hosted: {{backend: openai, base_url: "{hosted}/v1", model: hosted}}
    unheld: {{backend: openai, base_url: "{hosted}/v1", model: hosted, structured_outputs: []}}
orchestrator:
  profiles:
    its-tiny: {{model: its-tiny, algorithm: self-consistency, budget: {{samples: 1}}}}
    hosted: {{model: hosted, algorithm: self-consistency, budget: {{samples: 1}}}}
    unheld: {{model: unheld, algorithm: self-consistency, budget: {{samples: 1}}}}
"""
