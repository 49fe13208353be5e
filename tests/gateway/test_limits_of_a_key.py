"""Limits: what a key may do, as the orchestrator is told it and clients learn of it; and what nobody may."""

import asyncio

import httpx
import openai
import pytest
from scripted_orchestrator import answer

from its.orchestrator.v1.listing_pb2 import FunctionInfo
from its_gateway import keys
from its_gateway.keys import Key, digest
from its_runtime.errors import Overloaded

CHAT = {"model": "its-tiny", "messages": [{"role": "user", "content": "2+2?"}]}
LEFT = {
    "x-ratelimit-limit-requests": "60",
    "x-ratelimit-remaining-requests": "59",
    "x-ratelimit-reset-requests": "1.000s",
}


@pytest.fixture
def clients(gateway, tmp_path):
    """Start a gateway and return an HTTP client for each key: `await clients(alice={"concurrent": 1})`."""

    async def start(**limits):
        path, tokens = tmp_path / "keys.json", {name: keys.new_token() for name in limits}
        made = {name: Key(sha256=digest(tokens[name]), **fields) for name, fields in limits.items()}
        keys.change(path, lambda known: known.update(made))
        url = await gateway(keys=path)
        return [
            httpx.AsyncClient(base_url=url, headers={"authorization": f"Bearer {token}"}) for token in tokens.values()
        ]

    return start


async def ask(client, **fields):
    return await client.post("/v1/chat/completions", json={**CHAT, **fields})


def limits(request):
    """Return the limits that a call of the orchestrator brought."""
    return {name: getattr(request.limits, name) for name in ("requests_per_minute", "concurrent", "tokens_per_minute")}


async def test_the_orchestrator_is_told_what_a_key_may_do_and_the_answer_tells_what_is_left(clients, script):
    most = {"requests_per_minute": 60, "concurrent": 4, "tokens_per_minute": 9000}
    script.left = LEFT | {"other": "metadata"}
    (alice,) = await clients(alice=most)
    async with alice:
        answered = await ask(alice)

    assert limits(script.request) == most
    assert {name: answered.headers[name] for name in LEFT} == LEFT
    assert "other" not in answered.headers


async def test_a_stream_tells_what_is_left_too(clients, script):
    script.left = LEFT
    (alice,) = await clients(alice={"requests_per_minute": 60})
    async with alice:
        answered = await ask(alice, stream=True)

    assert {name: answered.headers[name] for name in LEFT} == LEFT


@pytest.mark.parametrize("stream", [False, True])
async def test_a_key_beyond_a_limit_is_told_when_to_come_back_and_what_is_left(clients, script, stream):
    script.left, script.busy = LEFT, Overloaded("this key may make 60 requests a minute", retry_after=2.5)
    (alice,) = await clients(alice={"requests_per_minute": 60})
    async with alice:
        refused = await ask(alice, stream=stream)

    assert (refused.status_code, refused.headers["retry-after"]) == (429, "3")
    assert refused.json()["error"]["code"] == "rate_limit_exceeded"
    assert {name: refused.headers[name] for name in LEFT} == LEFT


async def test_a_stream_waits_for_the_word_that_it_is_let_in_as_long_as_that_takes(clients, script):
    script.hesitates, script.left = asyncio.Event(), LEFT
    script.busy = Overloaded("this key may make 60 requests a minute", retry_after=2)
    (alice,) = await clients(alice={"requests_per_minute": 60})
    async with alice:
        asking = asyncio.create_task(ask(alice, stream=True))
        await script.began.wait()
        done, _ = await asyncio.wait({asking}, timeout=0.2)  # longer than a stream waits for anything else
        script.hesitates.set()
        refused = await asking

    assert not done
    assert refused.status_code == 429


async def test_the_official_client_reads_them_and_its_error(clients, script):
    script.left = LEFT
    (alice,) = await clients(alice={"requests_per_minute": 60})
    async with alice, openai.AsyncOpenAI(
        base_url=f"{alice.base_url}/v1", api_key=alice.headers["authorization"].split()[1], max_retries=0
    ) as client:  # fmt: skip
        raw = await client.chat.completions.with_raw_response.create(**CHAT)
        script.busy = Overloaded("this key may make 60 requests a minute", retry_after=2)
        with pytest.raises(openai.RateLimitError) as refused:
            await client.chat.completions.create(**CHAT)

    assert raw.headers["x-ratelimit-remaining-requests"] == "59"
    assert refused.value.response.headers["x-ratelimit-remaining-requests"] == "59"


async def test_a_key_without_limits_says_nothing_of_them(clients, script):
    script.left = LEFT
    (alice,) = await clients(alice={})
    async with alice:
        answered = await ask(alice, n=2)

    assert not script.request.HasField("limits")
    assert not [name for name in answered.headers if name.startswith("x-ratelimit")]


async def test_choices_of_one_request_are_told_to_be_one_whatever_its_client_calls_it(clients, script):
    (alice,) = await clients(alice={"concurrent": 1})
    async with alice:
        for _ in range(2):
            await alice.post("/v1/chat/completions", json={**CHAT, "n": 3}, headers={"x-request-id": "mine"})
        await alice.post("/v1/completions", json={"model": "its-tiny", "prompt": ["a", "b"], "n": 2})
        await ask(alice)
    said = [request.limits for request, _ in script.asked]

    assert [one.calls for one in said] == [3] * 6 + [4] * 4 + [0]
    assert [len({one.request for one in part}) for part in (said[:3], said[3:6], said[6:10], said[:10])] == [1, 1, 1, 3]
    assert said[10].request == ""


async def test_functions_are_asked_within_the_limits_of_the_key_as_well(clients, script):
    script.functions = [FunctionInfo(name="workflow")]
    (alice,) = await clients(alice={"concurrent": 2})
    async with alice:
        await ask(alice, model="workflow")
        await alice.post("/generate", json="2+2?")

    assert [limits(request)["concurrent"] for request in script.called] == [2, 2]


async def test_limits_of_a_key_change_without_a_restart(clients, script, tmp_path):
    (alice,) = await clients(alice={"requests_per_minute": 1})
    async with alice:
        await ask(alice)
        raised = {"requests_per_minute": 3}
        keys.change(tmp_path / "keys.json", lambda known: known.update(alice=known["alice"].model_copy(update=raised)))
        await ask(alice)

    assert [limits(request)["requests_per_minute"] for request, _ in script.asked] == [1, 3]


@pytest.mark.parametrize(
    ("limit", "asked", "param"),
    [
        ({"max_messages": 1}, {"messages": CHAT["messages"] * 2}, "messages"),
        ({"max_samples": 8}, {"budget": 9}, "budget"),
        ({"max_body_bytes": 1024}, {"messages": [{"role": "user", "content": "x" * 2000}]}, None),
    ],
)
async def test_what_is_more_than_the_gateway_takes_is_refused_by_name(gateway, script, limit, asked, param):
    async with httpx.AsyncClient(base_url=await gateway(**limit)) as http:
        refused = await ask(http, **asked)

    assert refused.status_code == (400 if param else 413)
    assert refused.json()["error"]["param"] == param
    assert str(*limit.values()) in refused.json()["error"]["message"]
    assert script.asked == []


async def test_headers_that_are_too_large_are_refused_by_their_size(gateway):
    async with httpx.AsyncClient(base_url=await gateway(max_header_bytes=1024)) as http:
        refused = await http.get("/v1/models", headers={"x-long": "x" * 2000})

    assert refused.status_code == 431
    assert refused.json()["error"]["code"] == "headers_too_large"


async def test_a_connection_too_many_is_told_to_try_again_and_closed(gateway, script):
    go_on = asyncio.Event()

    async def slow():
        await go_on.wait()
        yield answer()

    script.events = slow
    url = await gateway(max_connections=1)
    async with httpx.AsyncClient(base_url=url) as first, httpx.AsyncClient(base_url=url) as second:
        asking = asyncio.create_task(first.post("/v1/chat/completions", json=CHAT))
        await script.began.wait()
        refused = await second.get("/v1/models")
        go_on.set()
        kept = await asking

    assert [kept.status_code, refused.status_code] == [200, 503]
    assert (refused.headers["retry-after"], refused.headers["connection"]) == ("1", "close")
    assert "at most 1" in refused.json()["error"]["message"]
