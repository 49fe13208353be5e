"""A running Generate call: read ahead by a task of its own, so that whoever listens may leave at any time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

from its.generator.v1 import generator_pb2 as pb
from its_orchestrator.clients import generation as wire
from its_orchestrator.clients.line import Line
from its_orchestrator.engines import Batch, Delta, Generation, Usage
from its_runtime.calls import responses
from its_runtime.errors import ItsError, NotFound, Unavailable
from its_runtime.trail import outgoing

DRAIN_SECONDS = 0.5
"""How long an aborted stream may take to end."""


class Call:
    """Reads a call; cancelling the reader cancels the call, and with it the engine's work."""

    def __init__(self, line: Line, generation: Generation) -> None:
        self._line = line
        self._generation = generation
        self._batches: asyncio.Queue[Batch | ItsError | None] = asyncio.Queue()
        self._offsets: dict[int, int] = {}
        self._usage: Usage | None = None
        self._began = self._ended = self._stopping = False
        self._reader = asyncio.get_running_loop().create_task(self._read())

    async def __aiter__(self) -> AsyncIterator[Batch]:
        while not self._ended:
            batch = await self._batches.get()
            if isinstance(batch, Batch):
                yield batch
                continue
            self._ended = True
            if batch:
                raise batch

    async def stop(self) -> None:
        """Abort the call, which tells what it used, and let its stream end."""
        self._stopping = True
        try:
            if self._began and not self._reader.done():
                stopped = await self._line.abort(self._generation.request_id)
                self._usage = wire.usage(stopped.usage) if stopped.was_running else None
                await asyncio.wait({self._reader}, timeout=DRAIN_SECONDS)
        except ItsError:
            pass  # the stream's cancellation below stops the work too; only what it used stays unknown
        finally:
            self._reader.cancel()

    def cancel(self) -> None:
        """Cancel the call at once."""
        self._stopping = True
        self._reader.cancel()

    async def _read(self) -> None:
        seen: Usage | None = None
        failure: ItsError | None = None
        try:
            async with self._line.permits.held(self._generation.flow):
                self._began = True
                request = wire.request(self._generation)
                call = self._line.stub.Generate(request, timeout=self._timeout(), metadata=outgoing())
                async with aclosing(responses(call, self._line.service)) as messages:
                    async for message in messages:
                        batch = self._checked(message)
                        seen = batch.usage or seen
                        self._batches.put_nowait(batch)
        except (Unavailable, NotFound) as error:
            self._line.models.doubt()
            failure = error
        except ItsError as error:
            failure = error
        finally:
            self._finish(seen, failure)

    def _timeout(self) -> float:
        asked = self._generation.seconds
        return self._line.longest if asked is None else min(asked, self._line.longest)

    def _finish(self, seen: Usage | None, failure: ItsError | None) -> None:
        usage = Usage() if not self._began else self._usage
        if seen is None and usage:
            self._batches.put_nowait(Batch(usage=usage))
        self._batches.put_nowait(None if self._stopping else failure)

    def _checked(self, message: pb.GenerateResponse) -> Batch:
        batch = wire.batch(message)
        for raw, delta in zip(message.deltas, batch.deltas, strict=True):
            if delta.token_ids:
                self._check(raw.offset, delta)
        return batch

    def _check(self, offset: int, delta: Delta) -> None:
        expected = self._offsets.get(delta.sequence, 0)
        if offset != expected:
            raise Unavailable(
                f"{self._line.service}: sequence {delta.sequence} went on at token {offset} after {expected} tokens"
            )
        self._offsets[delta.sequence] = expected + len(delta.token_ids)
