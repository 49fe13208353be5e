"""What the generator counts besides its calls: the sequences that it has in hand, and what its engines do."""

from collections.abc import Callable, Iterator
from typing import Protocol, runtime_checkable

from prometheus_client import Gauge
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

from its_generator.models import Models
from its_runtime.metrics import Metrics


class Load(Protocol):
    """How much an engine has to do, in sequences."""

    @property
    def running(self) -> int:
        """Those in its batch."""
        ...

    @property
    def waiting(self) -> int:
        """Those in its queue."""
        ...


@runtime_checkable
class Loaded(Protocol):
    """A backend that knows how much there is to do."""

    @property
    def load(self) -> Load:
        """How much that is now; may be read by any thread."""
        ...


@runtime_checkable
class Counting(Protocol):
    """A backend that counts what its engine samples."""

    @property
    def sampled(self) -> int:
        """How many tokens that were until now, of calls that run, too; may be read by any thread."""
        ...


class Sampled(Collector):
    """The tokens that engines sampled: work, where `its_tokens` has what calls that ended were told of."""

    def __init__(self, models: Models) -> None:
        self._models = models

    def collect(self) -> Iterator[CounterMetricFamily]:
        """Yield one count a model."""
        counts = CounterMetricFamily("its_engine_tokens", "Tokens that engines sampled.", labels=["model"])
        for name, backend in self._models.items():
            if isinstance(backend, Counting):
                counts.add_metric([name], backend.sampled)
        yield counts


class EngineMetrics(Metrics):
    """Counters of a generator."""

    def __init__(self, models: Models, sequences: Callable[[], int]) -> None:
        """Report the engines of `models` that know their load; `sequences` tells how many all calls wait for."""
        super().__init__()
        Gauge("its_sequences", "Sequences of running calls.", registry=self.registry).set_function(sequences)
        engines = Gauge(
            "its_engine_sequences", "Sequences in the batch and the queue.", ["model", "state"], registry=self.registry
        )
        self.registry.register(Sampled(models))
        for name, backend in models.items():
            if isinstance(backend, Loaded):
                _report(engines, name, backend)


def _report(engines: Gauge, name: str, backend: Loaded) -> None:
    engines.labels(name, "running").set_function(lambda: backend.load.running)
    engines.labels(name, "waiting").set_function(lambda: backend.load.waiting)
