"""The keeper: hands runs that ended to a store, in a thread of its own, so that nobody waits for a disk."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager

import structlog

from its.orchestrator.v1.orchestrator_pb2 import GetTraceResponse
from its.orchestrator.v1.trace_pb2 import TraceInfo
from its_orchestrator.storing.opening import open_store
from its_orchestrator.storing.settings import TraceSettings
from its_orchestrator.storing.store import Place, Store

WAITING = 1024
"""Most runs that wait to be written; what comes on top of them isn't stored, which the log tells."""
_log = structlog.get_logger("its.orchestrator")


class Keeper:
    """Writes and reads in one thread, in the order in which it was asked."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="traces")
        self._waiting = 0
        self._closed = False

    def keep(self, tenant: str, make: Callable[[], GetTraceResponse]) -> None:
        """Let the run that `make` returns be stored soon. A run that can't be stored is told of in the log."""
        if self._closed or self._waiting >= WAITING:
            cause = "the store is closed" if self._closed else f"{self._waiting} runs wait for the store already"
            _log.error("a run is not stored", cause=cause)
            return
        self._waiting += 1
        loop = asyncio.get_running_loop()
        written = self._thread.submit(lambda: self._store.write(tenant, make()))
        written.add_done_callback(lambda done: loop.call_soon_threadsafe(self._written, done))

    async def read(self, tenant: str, trace_id: str) -> GetTraceResponse | None:
        """Return a run; None when there is no such run."""
        return await asyncio.wrap_future(self._thread.submit(self._store.read, tenant, trace_id))

    async def latest(self, tenant: str, before: Place | None, most: int) -> Sequence[TraceInfo]:
        """Return at most `most` runs before a place, the latest first."""
        return await asyncio.wrap_future(self._thread.submit(self._store.latest, tenant, before, most))

    async def close(self) -> None:
        """Write what waits, and let go of the store."""
        self._closed = True
        await asyncio.to_thread(self._thread.shutdown)
        self._store.close()

    def _written(self, done: "Future[None]") -> None:
        self._waiting -= 1
        if error := done.exception():
            _log.error("a run is not stored", cause=str(error))


@asynccontextmanager
async def open_keeper(settings: TraceSettings) -> AsyncGenerator[Keeper | None]:
    """Yield the keeper of the store that the settings name; None where they name none. Raises ConfigError."""
    store = open_store(settings)
    if store is None:
        yield None
        return
    keeper = Keeper(store)
    try:
        yield keeper
    finally:
        await keeper.close()
