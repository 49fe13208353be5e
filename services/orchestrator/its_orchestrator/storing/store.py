"""A store: where runs are kept for longer than their process lives."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from its.orchestrator.v1.orchestrator_pb2 import GetTraceResponse
from its.orchestrator.v1.trace_pb2 import TraceInfo

MICROSECONDS = 1_000_000


@dataclass(frozen=True, order=True, slots=True)
class Place:
    """Where a run stands among all runs of its tenant: later ones are greater."""

    began: int
    """Microseconds since 1970."""
    trace_id: str

    @classmethod
    def of(cls, info: TraceInfo) -> "Place":
        """Return the place of a run."""
        return cls(info.began.ToMicroseconds(), info.trace_id)


class Store(Protocol):
    """Keeps runs. One thread at a time uses it; whatever it raises, the run itself has long been answered."""

    def write(self, tenant: str, trace: GetTraceResponse) -> None:
        """Keep a run that ended, and forget the oldest runs of its tenant when there are too many."""
        ...

    def read(self, tenant: str, trace_id: str) -> GetTraceResponse | None:
        """Return a run of that tenant, None when there is no such run."""
        ...

    def latest(self, tenant: str, before: Place | None, most: int) -> Sequence[TraceInfo]:
        """Return at most `most` runs of that tenant, the latest first, from those that stand before a place."""
        ...

    def close(self) -> None:
        """Let go of what is open."""
        ...
