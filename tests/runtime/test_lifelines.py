"""A process below a service ends with it, even when nobody could tell it to."""

import multiprocessing
import os
import signal
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import psutil
import pytest

from its_runtime.lifeline import hold

SERVICE = """
import multiprocessing, sys, time
sys.path.insert(0, {folder!r})
from {name} import engine

if __name__ == "__main__":
    child = multiprocessing.get_context("spawn").Process(target=engine, args=({held!r},))
    child.start()
    child.join()
"""


def engine(held: bool) -> None:
    """Hold on, or not; tell who it is, and wait."""
    if held:
        hold()
    os.write(1, f"{os.getpid()}\n".encode())
    signal.pause()


@pytest.fixture
def killed_service():
    """Kill a service whose engine holds the lifeline or doesn't; return the engine."""
    engines: list[psutil.Process] = []

    def killed(*, held: bool) -> psutil.Process:
        here = Path(__file__)
        code = SERVICE.format(folder=str(here.parent), name=here.stem, held=held)
        with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as service:
            assert service.stdout
            engines.append(psutil.Process(int(service.stdout.readline())))
            service.kill()
        return engines[0]

    yield killed
    for one in engines:
        if one.is_running():
            one.kill()


@pytest.mark.skipif(sys.platform != "linux", reason="other kernels send no signal")
def test_an_engine_ends_when_its_service_is_killed(killed_service):
    gone, alive = psutil.wait_procs([killed_service(held=True)], timeout=30)

    assert gone
    assert not alive


def test_without_a_lifeline_it_would_not(killed_service):
    assert killed_service(held=False).is_running()


def test_the_service_itself_goes_on_when_whoever_started_it_is_gone():
    assert multiprocessing.parent_process() is None

    hold()


def test_vllm_finds_the_lifeline_among_its_plugins():
    found = [one.load() for one in entry_points(group="vllm.general_plugins") if one.name == "its"]

    assert hold in found
