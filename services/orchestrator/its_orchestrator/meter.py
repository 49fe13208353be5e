"""What the orchestrator counts besides its calls: runs and how they ended, candidates, and calls that wait."""

from collections.abc import Mapping
from functools import partial
from typing import Protocol, runtime_checkable

from prometheus_client import Gauge

from its_runtime.metrics import Metrics
from its_runtime.trail import Fact


@runtime_checkable
class Queued(Protocol):
    """A client whose calls may have to wait for their turn."""

    @property
    def waiting(self) -> int:
        """How many wait now; may be read by any thread."""
        ...


class RunMetrics(Metrics):
    """Counters of an orchestrator."""

    def __init__(self, clients: Mapping[str, object]) -> None:
        """Report how many calls of those `clients`, by service, wait that know it."""
        super().__init__()
        self._runs = self.counter("its_runs", "Runs that ended, by why.", "algorithm", "stopped_by")
        self._run_seconds = self.histogram("its_run_duration_seconds", "How long runs took.", "algorithm")
        self._candidates = self.counter("its_candidates", "Candidates that runs considered.", "algorithm")
        queue = Gauge("its_calls_waiting", "Calls that wait for their turn.", ["service"], registry=self.registry)
        for service, client in clients.items():
            if isinstance(client, Queued):
                queue.labels(service).set_function(partial(_waiting, client))

    def ended(self, called: str, code: str, seconds: float, facts: Mapping[str, Fact]) -> None:
        super().ended(called, code, seconds, facts)
        if algorithm := facts.get("algorithm"):
            self._runs(algorithm, facts.get("stopped_by", code.lower())).inc()
            self._run_seconds(str(algorithm)).observe(seconds)
            self._candidates(algorithm).inc(float(facts.get("candidates", 0)))


def _waiting(client: Queued) -> int:
    return client.waiting
