"""A service that is restarted while it is needed: the client gets an answer or an error event, never silence."""

import asyncio
import json
from contextlib import asynccontextmanager

import httpx
import pytest

from its_orchestrator.testing import Fault, World

LONG = ["a\n\n" + "b" * 40 + "\n\n" + "c" * 40 + " \\boxed{4}"]


@asynccontextmanager
async def asked(url):
    """Ask for a search as a stream that tells its progress; yield the lines as they come."""
    body = {
        "model": "toy:particle-filtering",
        "messages": [{"role": "user", "content": "2+2?"}],
        "budget": 8,
        "stream": True,
        "its": {"progress": True},
    }
    async with (
        httpx.AsyncClient(base_url=url, timeout=60, trust_env=False) as http,
        http.stream("POST", "/v1/chat/completions", json=body) as answer,
    ):
        assert answer.status_code == 200
        yield answer.aiter_lines()


async def outcome(lines):
    """Return how a stream ended: `answered`, or the error that it told; it must have said that it is over."""
    events = [line.removeprefix("data: ") async for line in lines if line.startswith("data: ")]
    assert events[-1] == "[DONE]"
    *_, last = (json.loads(event) for event in events[:-1])
    if "error" in last:
        return last["error"]
    assert last["choices"][0]["finish_reason"]
    return "answered"


def stalling(*calls):
    """A world in which the search is sure to be under way: one of its calls never answers."""
    return World(LONG, faults=dict.fromkeys(calls, Fault.STALLS))


async def test_a_generator_that_comes_back_is_asked_again_and_the_client_is_answered(chain, until):
    running = await chain(stalling(1))
    async with asked(running.url) as lines:
        await until(lambda: len(running.world.generator.generations) > 1)
        await running.stop("generator")
        await running.start("generator")
        ended = await outcome(lines)

    assert ended == "answered"
    await until(lambda: running.world.quiet)


async def test_of_a_generator_that_stays_away_the_client_is_told(chain, until):
    running = await chain(stalling(0))
    async with asked(running.url) as lines:
        await until(lambda: len(running.world.generator.generations) > 0)
        await running.stop("generator")
        ended = await outcome(lines)

    assert ended["code"] == "service_unavailable"
    assert "generator" in ended["message"]


async def test_of_a_reward_service_that_goes_the_client_is_told_or_answered_without_it(chain, until):
    world = World(LONG, reward_faults=dict.fromkeys(range(100), Fault.STALLS))
    running = await chain(world)
    async with asked(running.url) as lines:
        await until(lambda: len(world.reward.scorings) > 0)
        await running.stop("reward")
        ended = await outcome(lines)

    assert ended == "answered" or "reward" in ended["message"]
    await until(lambda: world.quiet)


@pytest.mark.parametrize("back", [True, False])
async def test_of_an_orchestrator_that_goes_the_client_is_told_by_an_event(chain, until, back):
    running = await chain(stalling(0))
    async with asked(running.url) as lines:
        await until(lambda: len(running.world.generator.generations) > 0)
        await running.stop("orchestrator")
        if back:
            await running.start("orchestrator")
        ended = await outcome(lines)

    assert ended["code"] in {"service_unavailable", "timeout"}
    await until(lambda: running.world.quiet)
    if back:
        async with asked(running.url) as lines:
            assert await outcome(lines) == "answered"


async def test_of_a_gateway_that_stops_the_client_is_told_by_an_event(chain, until):
    running = await chain(stalling(0))
    async with asked(running.url) as lines:
        await until(lambda: len(running.world.generator.generations) > 0)
        ended, _ = await asyncio.gather(outcome(lines), running.stop("gateway"))

    assert ended["code"] == "service_unavailable"
    await until(lambda: running.world.quiet)
