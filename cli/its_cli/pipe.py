"""A pipe whose far end is written by a process, and whose near end is read line by line."""

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

LINE_BYTES = 1 << 20
"""Longer lines are left out."""


class Pipe:
    """The near end of a pipe.

    asyncio's own pipe of a subprocess would do, but waiting for the process would then wait for everybody who has
    inherited the pipe, such as a worker of an engine that has died.
    """

    def __init__(self, stream: asyncio.StreamReader, far_end: int) -> None:
        self._stream = stream
        self.far_end = far_end
        """File descriptor for the process to write to; closed by `hand_over`."""

    def hand_over(self) -> None:
        """Close our copy of the far end, so that the pipe ends with the last process that writes to it."""
        os.close(self.far_end)

    async def lines(self) -> AsyncGenerator[str, None]:
        """Yield each line, without its end."""
        while line := await self._line():
            yield line.decode(errors="replace").rstrip()

    async def _line(self) -> bytes:
        try:
            return await self._stream.readline()
        except ValueError:
            return f"(a line of more than {LINE_BYTES} bytes)".encode()


@asynccontextmanager
async def open_pipe() -> AsyncGenerator[Pipe, None]:
    """Yield a pipe; its near end is closed at the end of the block."""
    near_end, far_end = os.pipe()
    stream = asyncio.StreamReader(limit=LINE_BYTES)
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(stream), os.fdopen(near_end, "rb", 0)
    )
    try:
        yield Pipe(stream, far_end)
    finally:
        transport.close()
