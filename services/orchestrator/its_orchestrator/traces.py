"""Traces: the events of the last runs, kept in memory."""

from collections import OrderedDict
from collections.abc import Sequence

from its_orchestrator.events import Event
from its_runtime.errors import NotFound


class Traces:
    """Keeps a bounded number of runs; the oldest go first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[tuple[str, str], Sequence[Event]] = OrderedDict()

    def keep(self, trace_id: str, events: Sequence[Event], tenant: str = "") -> None:
        """Keep the events of a run that ended, for its tenant."""
        self._kept[tenant, trace_id] = tuple(events)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def find(self, trace_id: str, tenant: str = "") -> Sequence[Event]:
        """Return the events of a run of `tenant`. Raises NotFound when it isn't kept, or is another's."""
        if (tenant, trace_id) not in self._kept:
            raise NotFound(f"trace_id: no run {trace_id!r} is kept; this server keeps the last {self._most} that ended")
        return self._kept[tenant, trace_id]
