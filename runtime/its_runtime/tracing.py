"""Spans, sent to an OpenTelemetry collector; imported only where there is one.

Names are OpenTelemetry's, those of RPC and the GenAI semantic conventions; both still change, so they stand here only.
https://opentelemetry.io/docs/specs/semconv/gen-ai/
"""

from collections.abc import Generator, Mapping
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from its_runtime.trail import REQUEST_ID, Call, Fact

NAMES = {
    "operation": "gen_ai.operation.name",
    "model": "gen_ai.request.model",
    "algorithm": "gen_ai.workflow.name",
    "temperature": "gen_ai.request.temperature",
    "top_p": "gen_ai.request.top_p",
    "max_tokens": "gen_ai.request.max_tokens",
    "prompt_tokens": "gen_ai.usage.input_tokens",
    "cached_prompt_tokens": "gen_ai.usage.cache_read.input_tokens",
    "completion_tokens": "gen_ai.usage.output_tokens",
}
"""What the facts of a call are called in its span; others are called `its.<fact>`."""

_propagator = TraceContextTextMapPropagator()


class Tracer:
    """Makes a span of each call."""

    def __init__(self, tracer: trace.Tracer) -> None:
        self._tracer = tracer

    def start(self, name: str, call: Call, attributes: Mapping[str, Fact]) -> trace.Span:
        """Begin the span of `call`, below the one that its caller named; calls made for it will name this one."""
        parent = _propagator.extract(dict(call.carried))
        span = self._tracer.start_span(name, parent, kind=trace.SpanKind.SERVER, attributes=dict(attributes))
        carrier = {name: value for name, value in call.carried if name == REQUEST_ID}
        _propagator.inject(carrier, trace.set_span_in_context(span))
        call.carried = tuple(carrier.items())
        return span

    def end(
        self, span: trace.Span, call: Call, attributes: Mapping[str, Fact], error: str = "", name: str = ""
    ) -> None:
        """End the span with what was noted of its call; `error` says in a word what went wrong.

        A `name` replaces the first one; that of a GenAI operation is made of it and its model.
        """
        facts = call.facts
        if operation := facts.get("operation"):
            name = name or " ".join(str(word) for word in (operation, facts.get("model")) if word)
            span.set_attribute("gen_ai.provider.name", "its")
        if name:
            span.update_name(name)
        span.set_attributes({NAMES.get(name, f"its.{name}"): fact for name, fact in facts.items()})
        span.set_attributes({"its.request_id": call.request_id, **attributes})
        if error:
            span.set_attribute("error.type", error)
            span.set_status(trace.StatusCode.ERROR)
        span.end()


@contextmanager
def open_tracer(endpoint: str, service: str) -> Generator[Tracer, None, None]:
    """Yield a tracer that sends spans of `its-<service>` to `endpoint` (OTLP over gRPC); the last ones at the end."""
    resource = Resource.create({"service.name": f"its-{service}"})
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint)))
    try:
        yield Tracer(provider.get_tracer("its"))
    finally:
        provider.shutdown()
