"""A client of HTTP/1.1 that costs next to nothing: bytes that are written once, over connections that stay open."""

import asyncio
import json
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Self

PATIENCE = 0.05
"""Seconds between two tries of a port."""


def asked(path: str, body: object) -> bytes:
    """Return a POST of `body` as JSON."""
    content = json.dumps(body)
    fields = "host: 127.0.0.1\r\ncontent-type: application/json"
    head = f"POST {path} HTTP/1.1\r\n{fields}\r\ncontent-length: {len(content)}\r\n\r\n"
    return (head + content).encode()


async def listening(port: int) -> None:
    """Return when somebody listens at `port`."""
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(PATIENCE)
        else:
            writer.close()
            return


class Connections:
    """Connections to one port; a request takes whichever is free."""

    def __init__(self, port: int, count: int) -> None:
        self._port = port
        self._count = count
        self._free: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()

    async def __aenter__(self) -> Self:
        for _ in range(self._count):
            self._free.put_nowait(await asyncio.open_connection("127.0.0.1", self._port))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        while not self._free.empty():
            self._free.get_nowait()[1].close()

    async def ask(self, request: bytes) -> bytes:
        """Send a request; return the body of its answer, which has to be a success."""
        reader, writer = connection = await self._free.get()
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = next(line for line in head.split(b"\r\n") if line.startswith(b"content-length:"))
        body = await reader.readexactly(int(length.split(b":")[1]))
        if not head.startswith(b"http/1.1 200"):
            raise AssertionError(body.decode())
        if b"connection: close" in head:
            writer.close()
            connection = await asyncio.open_connection("127.0.0.1", self._port)
        self._free.put_nowait(connection)
        return body

    async def all(self, requests: Sequence[bytes]) -> None:
        """Send all of them, as many at once as there are connections."""
        await asyncio.gather(*map(self.ask, requests))

    async def until(self, request: bytes, word: bytes) -> float:
        """Send a request; return the milliseconds until `word` was in its answer, and forget the rest."""
        reader, writer = self._free.get_nowait()
        began = time.perf_counter()
        writer.write(request)
        seen = b""
        while word not in seen:
            seen += await reader.read(1 << 16) or _missing(seen)
        writer.close()
        return (time.perf_counter() - began) * 1000


def _missing(seen: bytes) -> bytes:
    raise AssertionError(seen.decode())
