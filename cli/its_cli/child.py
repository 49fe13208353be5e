"""A child: one process of ours, started, listened to line by line, and stopped for certain."""

import asyncio
import os
import signal
import sys
from collections import deque
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from its_cli.pipe import Pipe, open_pipe
from its_runtime.transport import TRANSPORT

LEASH = Path(__file__).parent / "leash.py"
REMEMBERED_LINES = 20

Listener = Callable[[str, str], None]
"""Called with a child's name and each line that it writes."""


class ChildDied(Exception):
    """A process ended that should not have; the message says which, how, and its last words."""

    def __init__(self, child: "Child") -> None:
        last = "".join(f"\n  {line}" for line in child.last_lines)
        super().__init__(f"{child.name} {child.ending}{'; its last lines:' if last else ' without a word'}{last}")
        self.name = child.name
        self.returncode = child.process.returncode


class Child:
    """A running process and what it said last."""

    def __init__(self, name: str, process: asyncio.subprocess.Process, pipe: Pipe, listener: Listener) -> None:
        self.name = name
        self.process = process
        self.last_lines: deque[str] = deque(maxlen=REMEMBERED_LINES)
        self._listening = asyncio.create_task(self._listen(pipe, listener))

    @property
    def ending(self) -> str:
        """How it ended, in words."""
        status = self.process.returncode
        if status is None:
            return "is running"
        return f"was killed by {signal.Signals(-status).name}" if status < 0 else f"ended with exit status {status}"

    async def died(self) -> None:
        """Wait until it ends by itself; raise ChildDied."""
        await self.process.wait()
        await self._heard()
        raise ChildDied(self)

    async def stop(self, grace_seconds: float) -> None:
        """Ask it to end, insist after `grace_seconds` or when cancelled; return when it and its children are gone."""
        try:
            with suppress(ProcessLookupError):
                self.process.terminate()
            await asyncio.wait_for(self.process.wait(), grace_seconds)
        except TimeoutError:
            pass
        finally:
            self._kill()
            await self.process.wait()
            await self._heard()
            self._listening.cancel()

    async def _heard(self) -> None:
        # Not for ever: something that it started may still hold the pipe open.
        await asyncio.wait([self._listening], timeout=1)

    def _kill(self) -> None:
        # It leads a group of its own, so this reaches whatever it has started.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)

    async def _listen(self, pipe: Pipe, listener: Listener) -> None:
        async for line in pipe.lines():
            self.last_lines.append(line)
            # A terminal that has gone is no reason to stop listening: the process would wait for its pipe.
            with suppress(OSError):
                listener(self.name, line)


@asynccontextmanager
async def child(
    name: str, command: Sequence[str], environment: Mapping[str, str], listener: Listener, grace_seconds: float
) -> AsyncGenerator[Child, None]:
    """Run `command` with `environment` added to ours inside the block; stop it at the end, whatever happens.

    It gets a session of its own, so that a Ctrl-C reaches us alone and we choose the order of stopping.
    """
    async with open_pipe() as pipe:
        process = await _start(command, {**TRANSPORT, **os.environ, "PYTHONUNBUFFERED": "1", **environment}, pipe)
        running = Child(name, process, pipe, listener)
        try:
            yield running
        finally:
            await running.stop(grace_seconds)


async def _start(command: Sequence[str], environment: Mapping[str, str], pipe: Pipe) -> asyncio.subprocess.Process:
    try:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", str(LEASH), str(os.getpid()), *command),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=pipe.far_end,
            stderr=pipe.far_end,
            env=environment,
            start_new_session=True,
        )
    finally:
        pipe.hand_over()
