"""Four real processes, generator and reward on real vLLM, pass the very tests that those on the embedded engine do."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import psutil
import pytest
import yaml

SAME = Path(__file__).parents[1] / "e2e"
SECONDS = 600
"""vLLM takes a minute to start, on a busy machine several."""


def loaded(name):
    """A module of the end-to-end tests, which are no package."""
    spec = spec_from_file_location(f"same_{name}", SAME / f"{name}.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


processes = loaded("conftest")
processes.SECONDS = SECONDS
OWN = {"test_a_client_that_leaves_stops_the_engines_work"}
"""Looks at the CPU time of the generator, but vLLM works in a process below; test_vllm_keeps_the_contract asks it."""
globals().update(
    {name: test for name, test in vars(loaded("test_answers")).items() if name.startswith("test_") and name not in OWN}
)
client, its, shell = processes.client, processes._its, processes._shell


@pytest.fixture(autouse=True)
def wide(monkeypatch):
    """A terminal in which no line of the command is wrapped."""
    monkeypatch.setenv("COLUMNS", "250")


@pytest.fixture(scope="module")
def up(cpu, tmp_path_factory):
    """A system whose generator and reward service are on vLLM."""
    policy = {"backend": "vllm", "folder": "its-tiny", **cpu}
    reference = {"scorer": "likelihood", "engine": "vllm", "folder": "its-tiny-reward", "engine_options": cpu}
    models = {"generator": {"its-tiny": policy}, "reward": {"its-tiny-reward": reference}}
    config = tmp_path_factory.mktemp("vllm") / "its.yaml"
    config.write_text(yaml.safe_dump({section: {"models": named} for section, named in models.items()}))
    with processes.started("--config", str(config)) as running:
        running.until("its: ready")
        children = psutil.Process(running.process.pid).children(recursive=True)
        yield running
        assert running.stop() == 0, running.output
        assert all(processes.gone(child) for child in children), "nothing of vLLM is left behind"


def test_the_engines_are_vllm(up):
    named = up.services()

    assert {name for name, process in named.items() if process.children()} == {"generator", "reward"}
