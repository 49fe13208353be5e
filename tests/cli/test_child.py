"""A child is heard line by line, stopped for certain, and never outlives the one who started it."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import psutil
import pytest

from its_cli.child import Child, ChildDied, child
from its_cli.pipe import LINE_BYTES
from its_runtime.transport import TRANSPORT

WAITS_FOR_EVER = "import signal; print('up', flush=True); signal.pause()"
SAYS_BYE = """
import signal, sys
signal.signal(signal.SIGTERM, lambda *_: (print('bye', flush=True), sys.exit(0)))
print('up', flush=True)
signal.pause()
"""
DEAF = """
import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print('up', flush=True)
while True: signal.pause()
"""
HAS_A_CHILD = """
import signal, subprocess, sys
below = subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()'])
print(below.pid, flush=True)
signal.pause()
"""
PARENT = """
import asyncio, sys
from its_cli.child import child

async def main():
    async with child('c', [sys.executable, '-c', 'import signal; signal.pause()'], {}, print, 1) as running:
        print(running.process.pid, flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


class Ear:
    """Hears lines and lets a test wait for them."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._heard = asyncio.Condition()
        self._tasks: set[asyncio.Task[None]] = set()

    def __call__(self, name: str, line: str) -> None:
        assert name == "kid"
        self.lines.append(line)
        self._tasks.add(asyncio.create_task(self._tell()))

    async def until(self, enough: Callable[[list[str]], bool]) -> None:
        async with self._heard:
            await self._heard.wait_for(lambda: enough(self.lines))

    async def _tell(self) -> None:
        async with self._heard:
            self._heard.notify_all()


@asynccontextmanager
async def kid(code: str, ear: Ear, *, grace: float = 30, **environment: str) -> AsyncGenerator[Child, None]:
    async with child("kid", [sys.executable, "-c", code], environment, ear, grace) as running:
        yield running


async def test_every_line_is_heard_whichever_stream_it_is_written_to():
    ear = Ear()
    async with kid("import sys; print('one'); print('two', file=sys.stderr)", ear):
        await ear.until(lambda lines: len(lines) == 2)

    assert sorted(ear.lines) == ["one", "two"]


async def test_the_environment_is_added_to_ours():
    ear = Ear()
    async with kid("import os; print(os.environ['COLOUR'], 'PATH' in os.environ)", ear, COLOUR="blue"):
        await ear.until(bool)

    assert ear.lines == ["blue True"]


async def test_calls_travel_as_we_chose_unless_our_environment_says_otherwise(monkeypatch: pytest.MonkeyPatch):
    heard: list[list[str]] = []
    for chosen in (None, "mine"):
        ear = Ear()
        for name in TRANSPORT:
            monkeypatch.setenv(name, chosen) if chosen else monkeypatch.delenv(name, raising=False)
        async with kid(f"import os; print(*[os.environ[name] for name in {[*TRANSPORT]}])", ear):
            await ear.until(bool)
        heard.append(ear.lines)

    assert heard == [[" ".join(TRANSPORT.values())], ["mine"]]


async def test_a_line_that_is_far_too_long_does_not_silence_the_next_one():
    ear = Ear()
    async with kid(f"print('x' * {3 * LINE_BYTES}); print('after')", ear):
        await ear.until(lambda lines: "after" in lines)


async def test_a_listener_whose_terminal_is_gone_does_not_stop_it():
    heard: list[str] = []

    def broken(name: str, line: str) -> None:
        heard.append(line)
        raise OSError("gone")

    async with child("kid", [sys.executable, "-c", "print('one'); print('two')"], {}, broken, 30) as running:
        await running.process.wait()

    assert heard == ["one", "two"]


async def test_stopping_lets_it_say_goodbye():
    ear = Ear()
    async with kid(SAYS_BYE, ear) as running:
        await ear.until(bool)

    assert ear.lines == ["up", "bye"]
    assert running.ending == "ended with exit status 0"


async def test_one_that_does_not_listen_is_killed():
    ear = Ear()
    async with kid(DEAF, ear, grace=0.05) as running:
        await ear.until(bool)

    assert running.ending == "was killed by SIGKILL"


async def test_cancelling_while_it_stops_kills_it_at_once():
    ear = Ear()
    async with kid(DEAF, ear) as running:
        await ear.until(bool)
        stopping = asyncio.create_task(running.stop(1000))
        await asyncio.sleep(0)
        stopping.cancel()
        with pytest.raises(asyncio.CancelledError):
            await stopping

        assert running.process.returncode == -signal.SIGKILL


async def test_its_own_children_are_gone_when_it_was_stopped():
    ear = Ear()
    async with kid(HAS_A_CHILD, ear):
        await ear.until(bool)
        below = psutil.Process(int(ear.lines[0]))

    assert _gone(below)


async def test_a_death_tells_exit_status_and_last_words():
    async with kid("import sys; print('oh dear'); sys.exit(3)", Ear()) as running:
        with pytest.raises(ChildDied, match=r"kid ended with exit status 3; its last lines:\n  oh dear"):
            await running.died()


async def test_a_death_by_signal_tells_the_signal():
    ear = Ear()
    async with kid(WAITS_FOR_EVER, ear) as running:
        await ear.until(bool)
        running.process.kill()
        with pytest.raises(ChildDied, match="kid was killed by SIGKILL"):
            await running.died()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent is gone")
def test_a_child_dies_with_a_parent_that_is_killed():
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        orphan = psutil.Process(int(parent.stdout.readline()))
        os.kill(parent.pid, signal.SIGKILL)

    assert _gone(orphan)


def _gone(process: psutil.Process) -> bool:
    """Wait until it is gone; a zombie that nobody reaps is gone, too."""
    try:
        while process.status() != psutil.STATUS_ZOMBIE:
            try:
                process.wait(0.05)
            except psutil.TimeoutExpired:
                continue
    except psutil.NoSuchProcess:
        pass
    return True
