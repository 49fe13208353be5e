"""Limits: what a key may do in a minute and at once, and how it learns that it has done it."""

import asyncio

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted_orchestrator import answer

from its_gateway import keys
from its_gateway.allowance import Allowance
from its_gateway.bucket import Bucket
from its_gateway.keys import Key, digest
from its_runtime.errors import Overloaded

CHAT = {"model": "its-tiny", "messages": [{"role": "user", "content": "2+2?"}]}
HASH = "0" * 64


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


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


async def test_beyond_its_requests_a_minute_a_key_is_told_when_to_come_back(clients, script):
    alice, bob = await clients(alice={"requests_per_minute": 2}, bob={"requests_per_minute": 2})
    async with alice, bob:
        answers = [await ask(alice) for _ in range(3)]
        other = await ask(bob)

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answer.headers["x-ratelimit-remaining-requests"] for answer in answers] == ["1", "0", "0"]
    assert answers[0].headers["x-ratelimit-limit-requests"] == "2"
    assert answers[0].headers["x-ratelimit-reset-requests"].endswith("s")
    assert 1 <= int(answers[2].headers["retry-after"]) <= 30
    assert answers[2].json()["error"]["code"] == "rate_limit_exceeded"
    assert (other.status_code, other.headers["x-ratelimit-remaining-requests"]) == (200, "1")
    assert len(script.asked) == 3


async def test_listing_models_costs_no_request(clients):
    (alice,) = await clients(alice={"requests_per_minute": 1})
    async with alice:
        assert [(await alice.get("/v1/models")).status_code for _ in range(3)] == [200] * 3
        assert (await ask(alice)).status_code == 200


async def test_more_searches_at_once_than_a_key_may_have_are_refused_until_one_ends(clients, script):
    alice, bob = await clients(alice={"concurrent": 1}, bob={})
    go_on, at_once = asyncio.Event(), script.events

    async def waits():
        await go_on.wait()
        async for event in at_once():
            yield event

    script.events = waits
    async with alice, bob:
        running = asyncio.create_task(ask(alice))
        await script.began.wait()
        refused = await ask(alice)
        script.events = at_once
        other = await ask(bob)
        go_on.set()
        ended, after = await running, await ask(alice)

    assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
    assert "wait for one of them" in refused.json()["error"]["message"]
    assert [other.status_code, ended.status_code, after.status_code] == [200] * 3


async def test_a_key_pays_for_the_tokens_that_its_answers_used(clients):
    (alice,) = await clients(alice={"tokens_per_minute": 1000})
    async with alice:
        answered = await ask(alice, max_tokens=10)
        left = int((await alice.get("/v1/models")).headers["x-ratelimit-remaining-tokens"])

    used = answered.json()["usage"]["total_tokens"]
    assert 1000 - used <= left < 1000


async def test_beyond_its_tokens_a_minute_a_key_is_refused_before_anything_is_asked(clients, script):
    (alice,) = await clients(alice={"tokens_per_minute": 40})
    async with alice:
        answers = [await ask(alice, max_tokens=40) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 429]
    assert "40 tokens a minute" in answers[1].json()["error"]["message"]
    assert len(script.asked) == 1


async def test_limits_of_a_key_change_without_a_restart(clients, tmp_path):
    (alice,) = await clients(alice={"requests_per_minute": 1})
    async with alice:
        first = [(await ask(alice)).status_code for _ in range(2)]
        raised = {"requests_per_minute": 3}
        keys.change(tmp_path / "keys.json", lambda known: known.update(alice=known["alice"].model_copy(update=raised)))
        then = [(await ask(alice)).status_code for _ in range(3)]

    assert (first, then) == ([200, 429], [200, 200, 429])


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


def test_a_refused_run_costs_nothing_and_one_that_is_left_what_it_was_likely_to():
    allowance = Allowance(Key(sha256=HASH, tokens_per_minute=100), Clock())

    allowance.spend(60).comes_to(0)
    allowance.spend(60)

    assert allowance.headers()["x-ratelimit-remaining-tokens"] == "40"
    with pytest.raises(Overloaded, match="100 tokens a minute"):
        allowance.spend(60)


def test_a_request_larger_than_a_minutes_worth_runs_alone_and_is_paid_for_afterwards():
    clock = Clock()
    bucket = Bucket(60, clock)

    assert bucket.wait(600) == 0
    bucket.take(600)

    assert (bucket.left, bucket.wait(1)) == (0, 541)
    clock.now = 541
    assert bucket.wait(1) == 0


@given(st.integers(1, 10_000), st.lists(st.tuples(st.floats(0, 100), st.integers(1, 500)), max_size=30))
def test_nobody_gets_more_than_a_minutes_worth_and_what_the_time_since_has_brought(limit, asks):
    clock, taken = Clock(), 0
    bucket = Bucket(limit, clock)
    for pause, amount in asks:
        clock.now += pause
        if amount <= limit and not bucket.wait(amount):
            bucket.take(amount)
            taken += amount

    assert taken <= limit + clock.now * limit / 60 + 1e-6


@given(st.integers(1, 1000), st.floats(0, 1000))
def test_whoever_waits_as_long_as_told_is_let_in(limit, amount):
    clock = Clock()
    bucket = Bucket(limit, clock)
    bucket.take(limit)

    clock.now += bucket.wait(amount)

    assert bucket.wait(amount) <= 1e-6
