"""What a process counts, as Prometheus reads it; every process owns a registry of its own."""

import os
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from functools import cache

import structlog
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    generate_latest,
    start_http_server,
)
from prometheus_client.multiprocess import MultiProcessCollector

from its_runtime.trail import Fact

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600)
"""Upper ends of the buckets of durations, from a listing that reads memory to a search that takes its time."""
TOKENS = "_tokens"
"""How the names of facts end that count tokens."""
SHARED = "PROMETHEUS_MULTIPROC_DIR"
"""Names the folder where processes that answer at one port add up what they count."""

_log = structlog.get_logger("its.metrics")


class Metrics:
    """Counters of one process. What a service counts besides, its own kind of this does in `ended`."""

    def __init__(self, protocol: str = "rpc", labels: tuple[str, str] = ("method", "code")) -> None:
        """Count calls of a `protocol` under two `labels`: what was called, and how it ended."""
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._calls = self.counter(f"its_{protocol}_requests", "Calls that ended.", *labels)
        self._seconds = self.histogram(f"its_{protocol}_duration_seconds", "How long calls took.", labels[0])
        self._tokens = self.counter("its_tokens", "Tokens of the calls that ended.", "kind")

    def counter(self, name: str, meaning: str, *labels: str) -> Callable[..., Counter]:
        """Make a counter; return what gives the one for values of its labels, and finds it sooner than it would."""
        return cache(Counter(name, meaning, labels, registry=self.registry).labels)

    def histogram(self, name: str, meaning: str, label: str) -> Callable[[str], Histogram]:
        """Make a histogram of durations; return what gives the one for a value of its label."""
        return cache(Histogram(name, meaning, [label], buckets=SECONDS, registry=self.registry).labels)

    def ended(self, called: str, code: str, seconds: float, facts: Mapping[str, Fact]) -> None:
        """Count a call that took so many `seconds`, and the tokens among its `facts`."""
        self._calls(called, code).inc()
        self._seconds(called).observe(seconds)
        self.count_tokens(facts)

    def count_tokens(self, facts: Mapping[str, Fact]) -> None:
        """Count the tokens among `facts`, by kind: `prompt_tokens` are of the kind `prompt`."""
        for name, number in facts.items():
            if name.endswith(TOKENS) and isinstance(number, int | float) and number > 0:
                self._tokens(name.removesuffix(TOKENS)).inc(number)

    def text(self) -> bytes:
        """Return everything, as Prometheus reads it; with what processes beside this one counted at the same port."""
        return generate_latest(self.exposed)

    @property
    def exposed(self) -> CollectorRegistry:
        """What is read: its own, or what all processes at the port counted together."""
        return together(os.environ[SHARED]) if SHARED in os.environ else self.registry


def together(folder: str) -> CollectorRegistry:
    """Return what the processes counted that share `folder`."""
    shared = CollectorRegistry()
    MultiProcessCollector(shared, folder)
    return shared


@contextmanager
def served(registry: CollectorRegistry, host: str, port: int | None) -> Generator[int | None, None, None]:
    """Serve /metrics inside the block, by a thread of its own; yield the port. Without a port, serve nothing."""
    if port is None:
        yield None
        return
    server, thread = start_http_server(port, host, registry)
    _log.info("serving metrics", address=f"http://{host}:{server.server_port}/metrics")
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
