"""One question through four real processes, as their logs, metrics and traces tell it: never the words."""

import json
import re
import socket
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
import httpx
import pytest
import yaml
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as otlp
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2_grpc as otlp_grpc
from prometheus_client.parser import text_string_to_metric_families

PARTS = ("gateway", "orchestrator", "generator", "reward")
SECRET = "zanzibar"
BODY = {
    "model": "its-tiny:best-of-n",
    "budget": 4,
    "seed": 5,
    "messages": [{"role": "user", "content": f"What is 3 + 4? {SECRET}"}],
}
TRACE, CLIENT = "ab" * 16, "cd" * 8
HEADERS = {"x-request-id": "mine-1", "traceparent": f"00-{TRACE}-{CLIENT}-01", "authorization": "Bearer swordfish"}


class Collector(otlp_grpc.TraceServiceServicer):
    """An OpenTelemetry collector that keeps what it gets."""

    def __init__(self) -> None:
        self.received: list[otlp.ExportTraceServiceRequest] = []

    def Export(self, request: Any, context: Any) -> Any:  # noqa: N802
        self.received.append(request)
        return otlp.ExportTraceServiceResponse()

    @property
    def spans(self) -> dict[str, list[Any]]:
        """Return the spans by the service that sent them."""
        found: dict[str, list[Any]] = {}
        for request in self.received:
            for sent in request.resource_spans:
                service = attributes(sent.resource)["service.name"]
                found.setdefault(service, []).extend(span for scope in sent.scope_spans for span in scope.spans)
        return found


@dataclass
class Told:
    """What a system told of one question."""

    answer: dict[str, Any]
    metrics: dict[str, str]
    collector: Collector
    output: str = ""
    spans: dict[str, Any] = field(default_factory=dict)


@pytest.fixture(scope="module")
def told(started: Any, tmp_path_factory: Any) -> Told:
    """Ask one question of a system that tells of it in every way, and stop the system."""
    config = tmp_path_factory.mktemp("told") / "its.yaml"
    with collecting() as (collector, address):
        ports = dict(zip(PARTS, free_ports(len(PARTS)), strict=True))
        sections = {
            part: {"log_format": "json", "metrics_port": port, "otlp_endpoint": f"http://{address}"}
            for part, port in ports.items()
        }
        config.write_text(yaml.safe_dump(sections))
        with started("--config", str(config)) as up:
            up.until("its: ready")
            with httpx.Client(trust_env=False, timeout=60) as http:
                answer = http.post(f"{up.url}/v1/chat/completions", json=BODY, headers=HEADERS)
                metrics = {part: http.get(f"http://127.0.0.1:{port}/metrics").text for part, port in ports.items()}
            assert up.stop() == 0, up.output
        assert answer.status_code == 200, answer.text
        return Told(answer.json(), metrics, collector, up.output, of_question(collector))


@pytest.mark.parametrize("part", PARTS)
def test_each_process_has_lines_with_the_id_of_the_request_its_trace_and_how_it_ended(told: Told, part: str):
    lines = [line for line in logged(told.output, part) if line.get("request_id") == "mine-1"]
    ended = [line for line in lines if line["event"] == "answered"]

    assert ended
    assert all(line["trace_id"] == TRACE and line["seconds"] >= 0 for line in ended)
    assert all(line.get("status") == 200 or line.get("code") == "OK" for line in ended)


def test_the_lines_of_gateway_and_orchestrator_are_one_each_and_agree_on_tokens(told: Told):
    kinds = ("prompt_tokens", "completion_tokens", "reward_tokens")
    [gateway], [orchestrator] = (
        [line for line in logged(told.output, part) if line["event"] == "answered" and "prompt_tokens" in line]
        for part in ("gateway", "orchestrator")
    )

    assert [gateway[kind] for kind in kinds] == [orchestrator[kind] for kind in kinds]
    assert gateway["completion_tokens"] == told.answer["its"]["ledger"]["completion_tokens"]


def test_no_log_and_no_trace_has_a_word_of_question_answer_or_key(told: Told):
    words = (SECRET, "swordfish", told.answer["choices"][0]["message"]["content"].strip()[:40])
    traces = str(told.collector.received)

    assert all(word and word not in told.output and word not in traces for word in words)


def test_the_client_s_trace_goes_on_through_all_four_each_below_its_caller(told: Told):
    gateway, orchestrator = told.spans["its-gateway"], told.spans["its-orchestrator"]
    below = told.spans["its-generator"] + told.spans["its-reward"]

    assert [span.parent_span_id.hex() for span in gateway] == [CLIENT]
    assert [span.parent_span_id for span in orchestrator if span.name.startswith("invoke")] == [gateway[0].span_id]
    [solve] = [span for span in orchestrator if span.name.startswith("invoke")]
    assert {span.parent_span_id for span in below if attributes(span)["rpc.method"].endswith(ASKED)} == {solve.span_id}
    assert len({span.span_id for spans in told.spans.values() for span in spans}) == sum(map(len, told.spans.values()))


def test_spans_speak_opentelemetry_s_words_and_usage_adds_up(told: Told):
    generated = [attributes(span) for span in told.spans["its-generator"] if span.name == "chat its-tiny"]
    [solve] = [attributes(span) for span in told.spans["its-orchestrator"] if span.name.startswith("invoke")]

    assert {one["gen_ai.operation.name"] for one in generated} == {"chat"}
    assert {one["gen_ai.provider.name"] for one in generated} == {"its"}
    assert {one["gen_ai.request.model"] for one in generated} == {"its-tiny"}
    assert solve["gen_ai.workflow.name"] == "best-of-n"
    assert solve["rpc.method"] == "its.orchestrator.v1.OrchestratorService/Solve"
    for kind in ("gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens"):
        assert sum(one[kind] for one in generated) == solve[kind] > 0


@pytest.mark.parametrize("part", PARTS)
def test_each_process_counts_what_it_did(told: Told, part: str):
    found = samples(told.metrics[part])
    protocol = "http" if part == "gateway" else "rpc"

    assert sum(value for (name, *_), value in found.items() if name == f"its_{protocol}_requests_total") >= 1
    assert found["its_tokens_total", "prompt"] > 0


def test_the_orchestrator_counts_runs_and_candidates_and_the_generator_what_its_engine_does(told: Told):
    orchestrator, generator = samples(told.metrics["orchestrator"]), samples(told.metrics["generator"])

    assert orchestrator["its_runs_total", "best-of-n", "completed"] == 1
    assert orchestrator["its_candidates_total", "best-of-n"] == 4
    assert orchestrator["its_calls_waiting", "generator"] == 0
    assert generator["its_engine_sequences", "its-tiny", "running"] == 0
    assert generator["its_sequences",] == 0


ASKED = ("/Generate", "/Score", "/ScoreStream")


def logged(output: str, part: str) -> list[dict[str, Any]]:
    """Return what a process wrote, line by line."""
    found = re.findall(rf"(?m)^{part} +│ (\{{.*\}})$", output)
    return [json.loads(line) for line in found]


def samples(text: str) -> dict[tuple[str, ...], float]:
    """Return every sample by its name and labels."""
    families = text_string_to_metric_families(text)
    return {(one.name, *one.labels.values()): one.value for family in families for one in family.samples}


def attributes(told: Any) -> dict[str, Any]:
    """Return the attributes of a span or a resource."""
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in told.attributes}


def of_question(collector: Collector) -> dict[str, list[Any]]:
    """Return the spans in the client's trace."""
    return {
        service: [span for span in spans if span.trace_id.hex() == TRACE] for service, spans in collector.spans.items()
    }


@contextmanager
def collecting() -> Generator[tuple[Collector, str], None, None]:
    """Serve a collector; yield it and its address."""
    collector, server = Collector(), grpc.server(ThreadPoolExecutor(2))
    otlp_grpc.add_TraceServiceServicer_to_server(collector, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield collector, f"127.0.0.1:{port}"
    server.stop(None).wait()


def free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [one.getsockname()[1] for one in sockets]
