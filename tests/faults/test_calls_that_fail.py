"""Sixteen clients at budget 64 while one in twenty of the generator's calls fails: all are answered, nothing stays."""

import asyncio
from random import Random

import httpx
import pytest

from its_orchestrator.testing import Fault, World

CLIENTS = 16
ANSWERS = ["so \\boxed{4}\n\nyes", "well \\boxed{4}\n\nsure", "no \\boxed{5}\n\nmaybe"]


def faulty(seed, share=0.05):
    """Faults of one call in twenty: before anything came, in the middle, or of one sequence."""
    random = Random(seed)
    kinds = [Fault.DOWN, Fault.BREAKS, Fault.SPOILS]
    faults = {number: random.choice(kinds) for number in range(1, 5000) if random.random() < share}
    return World(ANSWERS, faults=faults | {3: Fault.BREAKS})


async def ask(url, algorithm, number):
    """Ask over a connection of one's own, made for this request by host name."""
    body = {
        "model": f"toy:{algorithm}",
        "messages": [{"role": "user", "content": f"{number}: 2+2?"}],
        "budget": 64,
        "seed": number,
    }
    async with httpx.AsyncClient(base_url=url, timeout=60, trust_env=False) as http:
        return await http.post("/v1/chat/completions", json=body)


@pytest.mark.parametrize("algorithm", ["best-of-n", "particle-filtering", "self-consistency"])
async def test_all_are_answered_from_what_succeeded_and_nothing_stays(chain, held, until, algorithm):
    running = await chain(faulty(seed=7))
    (await ask(running.url, algorithm, 0)).raise_for_status()  # connections between services stay open
    await until(lambda: running.world.quiet)
    before = held()
    answers = await asyncio.gather(*(ask(running.url, algorithm, number) for number in range(CLIENTS)))

    assert [answer.status_code for answer in answers] == [200] * CLIENTS
    assert all(answer.json()["choices"][0]["message"]["content"] in ANSWERS for answer in answers)
    assert len(running.world.generator.generations) > CLIENTS
    await until(lambda: running.world.quiet and held() == before)
    clients = (running.engines.generator, running.engines.reward)
    assert [client.waiting for client in clients] == [0, 0]
    assert len({answer.json()["id"] for answer in answers}) == CLIENTS


async def test_after_more_failures_than_there_are_permits_there_are_still_permits(chain, until):
    faults = dict.fromkeys(range(5000), Fault.DOWN)
    running = await chain(World(ANSWERS, faults=faults), calls=4)
    while len(running.world.generator.generations) <= 2 * 4:
        failed = await asyncio.gather(*(ask(running.url, "self-consistency", number) for number in range(CLIENTS)))
        assert {(answer.status_code, answer.headers["retry-after"]) for answer in failed} == {(503, "1")}
    faults.clear()
    answer = await ask(running.url, "self-consistency", 1)

    assert answer.status_code == 200
    await until(lambda: running.world.quiet)
