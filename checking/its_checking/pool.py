"""Processes that check, with a time limit that nothing can escape."""

import asyncio
import json
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import Any

from its_checking.outcome import BROKEN, LATE
from its_runtime.errors import DeadlinePassed, Internal, InvalidRequest


class CheckingPool:
    """Asks questions of its processes, which are started when they are needed."""

    def __init__(self, rule: str, workers: int, seconds: float) -> None:
        self._rule = rule
        self._seconds = seconds
        self._room = asyncio.Semaphore(workers)
        self._idle = list[Process]()
        self._asked = set[asyncio.Task[bool | str]]()

    async def ask(self, **question: Any) -> bool:  # noqa: ANN401
        """Return whether what was written is right.

        A caller that leaves doesn't end the process: it is free again within the time limit.

        Raises:
            DeadlinePassed: if the time limit is not enough to tell.
            InvalidRequest: if the text breaks the parser.
        """
        asked = asyncio.create_task(self._ask(question))
        self._asked.add(asked)
        asked.add_done_callback(self._asked.discard)
        answer = await asyncio.shield(asked)
        if answer == LATE:
            raise DeadlinePassed(f"the text couldn't be checked within {self._seconds} s; it has no score")
        if answer == BROKEN:
            raise InvalidRequest(f"the text breaks the parser of the rule {self._rule}; it has no score")
        return bool(answer)

    async def close(self) -> None:
        """End all processes, those that are at work as well."""
        for asked in self._asked:
            asked.cancel()
        await asyncio.gather(*self._asked, return_exceptions=True)
        while self._idle:
            await _end(self._idle.pop())

    async def _ask(self, question: dict[str, Any]) -> bool | str:
        async with self._room:
            process = await self._process()
            try:
                answer = await _exchange(process, json.dumps(question).encode() + b"\n")
            except BaseException:
                await _end(process)
                raise
            self._idle.append(process)
            return json.loads(answer)

    async def _process(self) -> Process:
        while self._idle:
            if (process := self._idle.pop()).returncode is None:
                return process
            await _end(process)
        return await self._start()

    async def _start(self) -> Process:
        command = (sys.executable, "-P", "-m", "its_checking.worker", self._rule, str(self._seconds))
        process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL)
        try:
            await _exchange(process, b"")
        except BaseException:
            await _end(process)
            raise
        return process


@asynccontextmanager
async def open_pool(rule: str, workers: int, seconds: float) -> AsyncGenerator[CheckingPool, None]:
    """Open a pool for one rule; leaving the block ends its processes."""
    pool = CheckingPool(rule, workers, seconds)
    try:
        yield pool
    finally:
        await pool.close()


async def _exchange(process: Process, line: bytes) -> bytes:
    """Say `line` and return what the process says next: an answer, or that it is ready."""
    assert process.stdin
    assert process.stdout
    answer = b""
    with suppress(ConnectionError):
        process.stdin.write(line)
        await process.stdin.drain()
        answer = await process.stdout.readline()
    if not answer:
        raise Internal("the process that checks answers ended or doesn't start; is math-verify installed?")
    return answer


async def _end(process: Process) -> None:
    """End a process and let go of its pipes."""
    if process.returncode is None:
        process.kill()
    await process.communicate()
