"""Rounds that overlap decide what they would in lock-step, sooner, and whoever was faster."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator

import pytest
from grpc import StatusCode, aio

from its_orchestrator.algorithms import BeamSearch, Dvts, ParticleFiltering, ParticleGibbs, Rebase
from its_orchestrator.engines import Batch, Generation, GenerationCall
from its_orchestrator.events import Resampled
from its_orchestrator.limits.recorder import Recorder
from its_orchestrator.running.run import Engines, Run
from its_orchestrator.testing import World

CHANCES = {"a\n\nx": 0.3, "a\n\nlong and slow\n\nz": 0.3, "b is longer\n\nx": 0.25, "b": 0.15}
SCORES = {
    "a\n\n": 0.5,
    "b is longer\n\n": 0.6,
    "a\n\nx": 0.4,
    "a\n\nlong and slow\n\n": 0.6,
    "a\n\nlong and slow\n\nz": 0.55,
    "b is longer\n\nx": 0.5,
    "b": 0.45,
}
RUNS = 500
BOUND = 21.1
"""Chi-square with three degrees of freedom exceeds it once in ten thousand times."""


def language() -> World:
    return World(list(CHANCES), weights=list(CHANCES.values()), judge=SCORES.__getitem__)


async def answers(search: ParticleFiltering, first: int) -> Counter[str]:
    """Return how often each answer came out, over seeds that no other call uses."""
    return Counter([(await language().solve(search, 4, seed=seed)).text for seed in range(first, first + RUNS)])


def chi_square(one: Counter[str], other: Counter[str]) -> float:
    """Return the statistic of two samples of equal size from the same categories."""
    return sum((one[text] - other[text]) ** 2 / (one[text] + other[text]) for text in {*one, *other})


async def test_overlapped_rounds_give_the_distribution_of_lock_step():
    """Two samples of 500 answers, no seed used twice; a false alarm once in ten thousand choices of the seeds."""
    waiting = await answers(ParticleFiltering(), 0)
    overlapped = await answers(ParticleFiltering(rounds="overlapped"), RUNS)

    assert set(waiting) == set(overlapped) == set(CHANCES)
    assert chi_square(waiting, overlapped) < BOUND


async def test_another_distribution_would_be_noticed():
    waiting = await answers(ParticleFiltering(), 0)
    flatter = await answers(ParticleFiltering(rounds="overlapped", weight_temperature=50, selection="vote"), RUNS)

    assert chi_square(waiting, flatter) > BOUND


class Unsteady:
    """A world's generator, each of whose calls has a pace of its own, that depends on nothing."""

    def __init__(self, world: World, seed: int) -> None:
        self._generator = world.generator
        self._pace = random.Random(seed)
        self.models = self._generator.models

    def generate(self, generation: Generation) -> GenerationCall:
        return Slow(self._generator.generate(generation), self._pace.randint(0, 30))


class Slow:
    """A call that takes some turns of the loop for every message."""

    def __init__(self, call: GenerationCall, turns: int) -> None:
        self._call = call
        self._turns = turns
        self.stop = call.stop
        self.cancel = call.cancel

    async def __aiter__(self) -> AsyncIterator[Batch]:
        async for batch in self._call:
            for _ in range(self._turns):
                await asyncio.sleep(0)
            yield batch


@pytest.mark.parametrize("kind", [ParticleFiltering, BeamSearch, Rebase], ids=lambda kind: kind.name)
async def test_who_is_faster_decides_nothing(kind):
    found = set()
    for pace in range(6):
        world = language()
        engines = Engines(Unsteady(world, pace), world.reward, world.engines.equivalence)
        order = world.order(kind(rounds="overlapped"), 8, seed=7)
        recorder = Recorder("pace", frozenset())
        answer = await Run(order, engines, recorder).answer()
        decided = tuple(event.kind for event in recorder.events if isinstance(event.kind, Resampled))
        found.add((answer.chosen, answer.candidates, decided))

        assert world.quiet

    assert len(found) == 1


async def test_the_next_steps_grow_while_the_slowest_one_does():
    """The slow step is on its way, the others' next ones too: lock-step would have no second call."""
    world = World(["a\n\nb\n\nc", "a" * 400], in_order=True)
    result = await world.solve(ParticleFiltering(rounds="overlapped"), 2)
    waiting = World(["a\n\nb\n\nc", "a" * 400], in_order=True)
    await waiting.solve(ParticleFiltering(), 2)

    assert len(waiting.generator.generations) < len(world.generator.generations)
    assert result.answer.ledger.completion_tokens >= 400


async def test_what_grew_in_vain_is_in_the_ledger_and_among_no_candidates():
    world = language()
    result = await world.solve(ParticleFiltering(rounds="overlapped", overlap=3), 16, seed=3)
    ledger = result.answer.ledger
    sampled = sum(one.completion_tokens for one in world.generator.reported)

    assert ledger.samples == 16
    assert ledger.answer_tokens + ledger.discarded_tokens + ledger.aborted_tokens == sampled
    assert {one.text for one in result.answer.candidates} <= set(CHANCES)


async def test_where_tokens_are_limited_nothing_is_tried_ahead():
    free, limited = language(), language()
    await free.solve(ParticleFiltering(rounds="overlapped"), 8, seed=2)
    await limited.solve(ParticleFiltering(rounds="overlapped"), 8, seed=2, tokens=10_000)
    rounds = await language().solve(ParticleFiltering(), 8, seed=2)

    assert len(limited.generator.generations) == rounds.answer.ledger.generator_calls
    assert len(free.generator.generations) > len(limited.generator.generations)


@pytest.mark.parametrize("kind", [Dvts, ParticleGibbs], ids=lambda kind: kind.name)
async def test_a_search_without_an_overlapped_form_says_so_and_refuses_to_be_asked_for_it(kind, orchestrate):
    assert "lock-step" in kind.summary
    async with orchestrate(World(["4"])) as its:
        with pytest.raises(aio.AioRpcError, match=f"parameters.rounds: no such parameter; {kind.name} has") as caught:
            await its.solve(algorithm=kind.name, samples=4, parameters={"rounds": "overlapped"})

    assert caught.value.code() == StatusCode.INVALID_ARGUMENT
