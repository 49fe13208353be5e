"""Real processes: `its up` on ports of its own, and commands of `its` beside it."""

import random
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from typing import Any

import openai
import psutil
import pytest
from click.testing import Result
from typer.testing import CliRunner

from its_cli.__main__ import app

ITS = (sys.executable, "-m", "its_cli")
SECONDS = 60
"""How long anything may take on a busy machine; nothing waits that long when it works."""


class Up:
    """A running `its up`, and what it has printed."""

    def __init__(self, base: int, *more: str) -> None:
        self.base = base
        self.output = ""
        self._printed = threading.Condition()
        command = (*ITS, "up", "--port-base", str(base), *more)
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    @property
    def orchestrator(self) -> str:
        return f"127.0.0.1:{self.base}"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.base + 3}"

    def until(self, text: str) -> None:
        """Wait until `text` was printed."""
        with self._printed:
            assert self._printed.wait_for(lambda: text in self.output or not self._reader.is_alive(), SECONDS)
        assert text in self.output, self.output

    def services(self) -> dict[str, psutil.Process]:
        """Return the four processes by section."""
        children = psutil.Process(self.process.pid).children()
        named = {child.cmdline()[2].removeprefix("its_"): child for child in children}
        assert sorted(named) == ["gateway", "generator", "orchestrator", "reward"]
        return named

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal and return the exit status."""
        self.process.send_signal(number)
        return self.ended()

    def ended(self) -> int:
        """Wait for the end and return the exit status."""
        status = self.process.wait(SECONDS)
        self._reader.join(SECONDS)
        return status

    def _read(self) -> None:
        assert self.process.stdout
        with self.process.stdout as lines:
            for line in lines:
                with self._printed:
                    self.output += line
                    self._printed.notify_all()
        with self._printed:
            self._printed.notify_all()


@pytest.fixture(scope="session")
def up() -> Generator[Up, None, None]:
    """One healthy system for all who don't change it; it has to end cleanly, too."""
    with started() as running:
        running.until("its: ready")
        services = running.services().values()
        yield running
        assert running.stop() == 0, running.output
        assert all(gone(service) for service in services)


@pytest.fixture
def client(up: Up) -> Iterator[openai.OpenAI]:
    with sdk(up.url) as client:
        yield client


@contextmanager
def sdk(url: str) -> Generator[openai.OpenAI, None, None]:
    """Yield the official SDK; it tries once and knows no proxy."""
    http = openai.DefaultHttpxClient(trust_env=False)
    with openai.OpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0, http_client=http) as client:
        yield client


@contextmanager
def started(*more: str, base: int | None = None) -> Generator[Up, None, None]:
    """Yield an `its up` that has just been started; whatever happens, it is gone afterwards."""
    running = Up(base or port_base(), *more)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.stop()


def shell(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `its` as a shell does; return what it printed and how it ended."""
    command = (*ITS, *arguments)
    return subprocess.run(command, capture_output=True, text=True, timeout=2 * SECONDS, check=False)


def its(*arguments: str) -> Result:
    """Run `its` in this process, which is quicker; return the same."""
    return CliRunner().invoke(app, arguments, catch_exceptions=False)


def port_base() -> int:
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


def gone(process: psutil.Process) -> bool:
    """Wait until it is gone; a zombie that nobody reaps is gone, too."""
    try:
        return until(lambda: process.status() == psutil.STATUS_ZOMBIE, lambda: process.wait(0.05))
    except psutil.NoSuchProcess:
        return True


def until(true: Callable[[], bool], wait: Callable[[], Any]) -> bool:
    """Call `wait` until `true` holds; return whether it does before the time is up."""
    deadline = threading.Event()
    timer = threading.Timer(SECONDS, deadline.set)
    timer.start()
    try:
        while not (holds := true()) and not deadline.is_set():
            with suppress(psutil.TimeoutExpired):
                wait()
        return holds
    finally:
        timer.cancel()


@pytest.fixture(name="port_base")
def _port_base() -> int:
    return port_base()


@pytest.fixture(name="its")
def _its() -> Callable[..., Result]:
    return its


@pytest.fixture(name="shell")
def _shell() -> Callable[..., subprocess.CompletedProcess[str]]:
    return shell


@pytest.fixture
def shell_words() -> Callable[..., tuple[str, ...]]:
    """Return the words with which a shell runs `its`."""
    return lambda *arguments: (*ITS, *arguments)


@pytest.fixture(name="started", scope="session")
def _started() -> Callable[..., AbstractContextManager[Up]]:
    return started


@pytest.fixture(name="sdk")
def _sdk() -> Callable[[str], AbstractContextManager[openai.OpenAI]]:
    return sdk


@pytest.fixture(name="gone")
def _gone() -> Callable[[psutil.Process], bool]:
    return gone


@pytest.fixture(name="until")
def _until() -> Callable[[Callable[[], bool], Callable[[], Any]], bool]:
    return until
