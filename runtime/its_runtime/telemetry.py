"""What a process tells of its calls: a line in its log, counts, and a span of a trace. Never what was said."""

import asyncio
import os
import time
from collections.abc import Generator, Iterable
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Generic, TypeVar

import structlog

from its_runtime.metrics import Metrics, served
from its_runtime.settings import ServiceSettings
from its_runtime.trail import Call, entered

if TYPE_CHECKING:
    from its_runtime.tracing import Tracer

ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")

_log = structlog.get_logger("its.call")


class Outcome:
    """How a call ends, as the one who runs it knows."""

    def __init__(self) -> None:
        self.code = "OK"
        """Name of its gRPC status."""


Kind = TypeVar("Kind", bound=Metrics)


class Telemetry(Generic[Kind]):
    """Tells of the calls of one process."""

    def __init__(self, metrics: Kind | None = None, tracer: "Tracer | None" = None) -> None:
        """Count in `metrics` and make spans by `tracer`, where there are such; the log is always written."""
        self.metrics = metrics
        self.tracer = tracer

    @contextmanager
    def call(self, method: str, metadata: Iterable[tuple[str, str | bytes]]) -> Generator[Outcome, None, None]:
        """Tell of the call of `method` (package.Service/Method) that runs inside the block and came with `metadata`."""
        call, outcome, began = Call.received(metadata), Outcome(), time.monotonic()
        spans = {"rpc.system.name": "grpc", "rpc.method": method}
        span = self.tracer.start(method, call, spans) if self.tracer else None
        with entered(call):
            try:
                yield outcome
            except asyncio.CancelledError:
                outcome.code = "CANCELLED"
                raise
            finally:
                seconds = time.monotonic() - began
                if self.metrics:
                    self.metrics.ended(method, outcome.code, seconds, call.facts)
                if self.tracer and span:
                    error = "" if outcome.code == "OK" else outcome.code
                    self.tracer.end(span, call, {"rpc.response.status_code": outcome.code}, error)
                _log.info("answered", method=method, code=outcome.code, seconds=round(seconds, 4), **call.facts)


@contextmanager
def telling(settings: ServiceSettings, service: str, metrics: Kind) -> Generator[Telemetry[Kind], None, None]:
    """Yield what tells of the calls of `service`: with traces where a collector is configured.

    `metrics` are served where `settings.metrics_port` says so. The collector, at `settings.otlp_endpoint` or where
    OTEL_EXPORTER_OTLP_ENDPOINT says, speaks OTLP over gRPC; OpenTelemetry's other variables count as well.
    """
    endpoint = settings.otlp_endpoint or next(filter(None, map(os.environ.get, ENDPOINTS)), None)
    with ExitStack() as stack:
        stack.enter_context(served(metrics.exposed, settings.host, settings.metrics_port))
        yield Telemetry(metrics, stack.enter_context(_tracer(endpoint, service)) if endpoint else None)


@contextmanager
def _tracer(endpoint: str, service: str) -> "Generator[Tracer, None, None]":
    # Half a second of imports, for those who trace.
    from its_runtime.tracing import open_tracer  # noqa: PLC0415

    with open_tracer(endpoint, service) as tracer:
        yield tracer
