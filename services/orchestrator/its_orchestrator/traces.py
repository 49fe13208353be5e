"""Traces: the events of the last runs, kept in memory."""

from collections import OrderedDict
from collections.abc import Sequence

from its_orchestrator.events import Event
from its_runtime.errors import NotFound


class Traces:
    """Keeps a bounded number of runs; the oldest go first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[str, Sequence[Event]] = OrderedDict()

    def keep(self, trace_id: str, events: Sequence[Event]) -> None:
        """Keep the events of a run that ended."""
        self._kept[trace_id] = tuple(events)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def find(self, trace_id: str) -> Sequence[Event]:
        """Return the events of a run. Raises NotFound when it isn't kept."""
        if trace_id not in self._kept:
            raise NotFound(f"trace_id: no run {trace_id!r} is kept; this server keeps the last {self._most} that ended")
        return self._kept[trace_id]
