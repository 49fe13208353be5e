"""What Prometheus is told of requests: by routes that exist and statuses, and the tokens of answers."""

import httpx
import openai
import pytest
from prometheus_client.parser import text_string_to_metric_families
from scripted_orchestrator import gateway_to, scripted

from its.orchestrator.v1.answer_pb2 import Ledger
from its.orchestrator.v1.event_pb2 import Progress, SolveEvent
from its_gateway.app import create_app
from its_gateway.meter import HttpMetrics
from its_gateway.orchestrator import open_orchestrator
from its_gateway.serving import serving
from its_gateway.settings import Settings
from its_runtime.errors import Unavailable
from its_runtime.telemetry import Telemetry

ASK = {"model": "its-tiny", "messages": [{"role": "user", "content": "2 + 2?"}]}


@pytest.fixture
async def counting(script):
    """A client of a gateway that counts."""
    settings = Settings(port=0, grace_seconds=1)
    async with scripted(script) as address, open_orchestrator(address) as orchestrator:
        app = create_app(settings, orchestrator, Telemetry(HttpMetrics()))
        async with serving(app, settings) as port, httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:
            yield http


async def samples(http):
    """Return every sample by its name and labels."""
    text = (await http.get("/metrics")).text
    families = text_string_to_metric_families(text)
    return {(one.name, *sorted(one.labels.values())): one.value for family in families for one in family.samples}


async def test_an_answer_is_counted_by_its_route_and_status_with_its_tokens(counting):
    assert (await counting.post("/v1/chat/completions", json=ASK)).status_code == 200
    found = await samples(counting)

    assert found["its_http_requests_total", "200", "POST /v1/chat/completions"] == 1
    assert found["its_http_duration_seconds_count", "POST /v1/chat/completions"] == 1
    assert found["its_http_first_byte_seconds_count", "POST /v1/chat/completions"] == 1
    assert found["its_tokens_total", "prompt"] == 20
    assert found["its_tokens_total", "completion"] == 30
    assert found["its_http_requests_running",] == 0


async def test_a_streamed_answer_is_counted_like_a_whole_one(counting):
    async with openai.AsyncOpenAI(base_url=f"{counting.base_url}/v1", api_key="none", max_retries=0) as client:
        async for _ in await client.chat.completions.create(**ASK, stream=True):
            pass
    found = await samples(counting)

    assert found["its_http_requests_total", "200", "POST /v1/chat/completions"] == 1
    assert found["its_tokens_total", "completion"] == 30


async def test_tokens_of_several_answers_are_those_of_their_request(counting):
    assert (await counting.post("/v1/chat/completions", json={**ASK, "n": 3})).status_code == 200
    found = await samples(counting)

    assert (found["its_tokens_total", "prompt"], found["its_tokens_total", "completion"]) == (60, 90)


async def test_what_a_run_used_that_came_to_no_answer_is_counted_as_far_as_it_told(counting, script):
    async def failing():
        for tokens in (5, 12):
            yield SolveEvent(progress=Progress(ledger=Ledger(prompt_tokens=4, completion_tokens=tokens)))
        raise Unavailable("generator: it is gone")

    script.events = failing
    await counting.post("/v1/chat/completions", json={**ASK, "stream": True})
    found = await samples(counting)

    assert (found["its_tokens_total", "prompt"], found["its_tokens_total", "completion"]) == (4, 12)


async def test_a_refused_request_is_counted_with_its_status(counting):
    await counting.post("/v1/chat/completions", json={})

    assert (await samples(counting))["its_http_requests_total", "400", "POST /v1/chat/completions"] == 1


async def test_whatever_is_asked_for_the_number_of_series_is_bounded(counting):
    for name in range(20):
        await counting.get(f"/v1/models/m{name}")
        await counting.get(f"/nothing/{name}")
    for verb in ("PURGE", "LINK"):
        await counting.request(verb, "/health")
    labels = {key[1:] for key in await samples(counting) if key[0] == "its_http_requests_total"}

    assert labels == {
        ("404", "GET /v1/models/{model_id:path}"), ("404", "unmatched"), ("405", "unmatched"),
    }  # fmt: skip


async def test_without_counting_there_are_no_metrics(script):
    async with scripted(script) as address, gateway_to(address) as url, httpx.AsyncClient(base_url=url) as http:
        assert (await http.get("/metrics")).status_code == 404
