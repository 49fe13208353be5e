"""A store that is slow, or gone, keeps nobody waiting, and what it misses is told."""

import threading
from collections.abc import Sequence

from its.orchestrator.v1.orchestrator_pb2 import GetTraceResponse
from its.orchestrator.v1.trace_pb2 import TraceInfo
from its_orchestrator.storing.keeper import WAITING, Keeper
from its_orchestrator.storing.store import Place


class SlowStore:
    """Writes nothing before it may."""

    def __init__(self) -> None:
        self.may = threading.Event()
        self.written: list[str] = []

    def write(self, tenant: str, trace: GetTraceResponse) -> None:
        assert self.may.wait(30)
        self.written.append(trace.info.trace_id)

    def read(self, tenant: str, trace_id: str) -> GetTraceResponse | None:
        return run(trace_id) if trace_id in self.written else None

    def latest(self, tenant: str, before: Place | None, most: int) -> Sequence[TraceInfo]:
        return [run(one).info for one in self.written[:most]]

    def close(self) -> None:
        self.written.append("closed")


def run(name: str) -> GetTraceResponse:
    return GetTraceResponse(info=TraceInfo(trace_id=name))


async def test_what_is_read_was_written_before_and_what_waits_is_written_before_the_end():
    store = SlowStore()
    keeper = Keeper(store)
    for number in range(3):
        keeper.keep("", lambda number=number: run(str(number)))
    store.may.set()

    assert await keeper.read("", "2") == run("2")
    keeper.keep("", lambda: run("last"))
    await keeper.close()
    assert store.written == ["0", "1", "2", "last", "closed"]


async def test_more_than_may_wait_is_not_stored_and_told(capsys):
    store = SlowStore()
    keeper = Keeper(store)
    for number in range(WAITING + 2):
        keeper.keep("", lambda number=number: run(str(number)))
    store.may.set()
    await keeper.close()
    keeper.keep("", lambda: run("late"))

    assert len(store.written) == WAITING + 1
    told = [line for line in capsys.readouterr().out.splitlines() if "a run is not stored" in line]
    assert ["wait for the store" in line for line in told] == [True, True, False]
    assert "the store is closed" in told[2]
