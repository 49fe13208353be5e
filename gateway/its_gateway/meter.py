"""What the gateway counts of its requests."""

from collections.abc import Mapping

from fastapi import Response
from prometheus_client import CONTENT_TYPE_LATEST, Gauge

from its_runtime.metrics import Metrics
from its_runtime.trail import Fact


class HttpMetrics(Metrics):
    """Counters of a gateway."""

    def __init__(self) -> None:
        super().__init__("http", ("route", "status"))
        self._first = self.histogram("its_http_first_byte_seconds", "How long until an answer began.", "route")
        self.running = Gauge(
            "its_http_requests_running",
            "Requests that are being answered.",
            multiprocess_mode="livesum",
            registry=self.registry,
        )

    def answered(self, route: str, status: int, seconds: tuple[float, float], facts: Mapping[str, Fact]) -> None:
        """Count a request: `seconds` until its answer began and until it ended."""
        first, whole = seconds
        self._first(route).observe(first)
        self.ended(route, str(status), whole, facts)

    async def page(self) -> Response:
        """Return everything, as Prometheus reads it."""
        return Response(self.text(), media_type=CONTENT_TYPE_LATEST)
