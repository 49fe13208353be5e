"""Processes that check, and are ended when they take too long: a time limit that nothing can escape."""

import asyncio
import json
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from its_reward.checking.worker import READY
from its_runtime.errors import DeadlinePassed, Internal, InvalidRequest

START_SECONDS = 60.0
"""How long a process may take to import its libraries."""


class CheckingPool:
    """Asks questions of its processes; starts them when they are needed, ends those that don't answer."""

    def __init__(self, workers: int, seconds: float) -> None:
        self._room = asyncio.Semaphore(workers)
        self._seconds = seconds
        self._idle = list[Process]()

    async def ask(self, rule: str, **question: Any) -> bool:  # noqa: ANN401
        """Return whether what was written is right by `rule`. Cancelling ends the process that works on it.

        Raises:
            DeadlinePassed: if no process could tell within the time limit.
            InvalidRequest: if the text breaks the parser.
        """
        async with self._room:
            process = self._idle.pop() if self._idle else await _start()
            try:
                answer = await self._exchange(process, {"rule": rule, **question})
            except BaseException:
                await end(process)
                raise
            self._idle.append(process)
        if "failed" in answer:
            raise InvalidRequest(f"the {rule} rule can't read the text ({answer['failed']}); it has no score")
        return answer["right"]

    async def close(self) -> None:
        """End all processes."""
        while self._idle:
            await end(self._idle.pop())

    async def _exchange(self, process: Process, question: dict[str, Any]) -> dict[str, Any]:
        assert process.stdin
        assert process.stdout
        try:
            async with asyncio.timeout(self._seconds):
                process.stdin.write(json.dumps(question).encode() + b"\n")
                await process.stdin.drain()
                line = await process.stdout.readline()
        except TimeoutError as error:
            message = f"the text couldn't be checked within {self._seconds} s; it has no score"
            raise DeadlinePassed(message) from error
        except ConnectionError:
            line = b""
        if not line:
            raise InvalidRequest("the text broke the process that checked it; it has no score")
        return json.loads(line)


@asynccontextmanager
async def open_pool(workers: int, seconds: float) -> AsyncGenerator[CheckingPool, None]:
    """Open a pool; leaving the block ends its processes."""
    pool = CheckingPool(workers, seconds)
    try:
        yield pool
    finally:
        await pool.close()


async def _start() -> Process:
    command = (sys.executable, "-P", "-m", "its_reward.checking.worker")
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL)
    assert process.stdout
    try:
        async with asyncio.timeout(START_SECONDS):
            ready = await process.stdout.readline()
    except BaseException:
        await end(process)
        raise
    if ready != READY:
        await end(process)
        raise Internal("the process that checks answers doesn't start; is math-verify installed?")
    return process


async def end(process: Process) -> None:
    """End a process, whatever it does, and let go of its pipes."""
    if process.returncode is None:
        process.kill()
    await process.communicate()
