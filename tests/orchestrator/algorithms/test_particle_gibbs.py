"""Particle Gibbs repeats a particle filter around an answer of the time before."""

from collections import defaultdict

import pytest

from its_orchestrator.algorithms import ParticleFiltering, ParticleGibbs
from its_orchestrator.events import Note, Resampled
from its_orchestrator.testing import World
from its_orchestrator.testing.world import Result

CHANCES = {"a\n\nx": 0.4, "a\n\ny\n\nz": 0.25, "b\n\nx": 0.15, "b": 0.2}
SCORES = {"a\n\n": 0.6, "b\n\n": 0.45, "a\n\nx": 0.3, "a\n\ny\n\n": 0.5, "a\n\ny\n\nz": 0.6, "b\n\nx": 0.7, "b": 0.4}
"""What is partial is misjudged on purpose: only the whole answer's score may count in the end."""


def language() -> World:
    return World(list(CHANCES), weights=list(CHANCES.values()), judge=SCORES.__getitem__)


def posterior() -> dict[str, float]:
    """Return the chance of each answer times the odds that are its weight, normalised: by enumeration."""
    weights = {text: chance * SCORES[text] / (1 - SCORES[text]) for text, chance in CHANCES.items()}
    return {text: weight / sum(weights.values()) for text, weight in weights.items()}


def estimated(results: list[Result]) -> dict[str, float]:
    shares: dict[str, float] = defaultdict(float)
    for result in results:
        for one in result.answer.candidates:
            shares[one.text] += (one.weight or 0.0) / len(results)
    return shares


@pytest.mark.parametrize(("ancestors", "runs"), [(False, 6), (True, 3)])
async def test_a_long_chain_of_few_particles_has_the_exact_posterior(ancestors: bool, runs: int):
    chain = ParticleGibbs(iterations=500, ancestor_sampling=ancestors)
    shares = estimated([await language().solve(chain, 1000, seed=seed) for seed in range(runs)])

    for text, share in posterior().items():
        assert shares[text] == pytest.approx(share, abs=0.05), text


async def test_as_many_particles_without_a_reference_are_far_from_it():
    """The test above would notice a reference that is lost."""
    results = [await language().solve(ParticleGibbs(iterations=1), 2, seed=seed) for seed in range(200)]

    assert max(abs(estimated(results)[text] - share) for text, share in posterior().items()) > 0.08


async def test_one_iteration_of_many_particles_has_the_exact_posterior_as_well():
    shares = estimated([await language().solve(ParticleGibbs(iterations=1), 300, seed=seed) for seed in range(8)])

    for text, share in posterior().items():
        assert shares[text] == pytest.approx(share, abs=0.05), text


async def test_the_reference_is_never_replaced_and_costs_nothing():
    """The only good answer comes first; all that follow are bad, and it outlives every one of them."""
    said = ["good", "bad", "bad", "bad", "bad", "bad"]
    world = World(said, in_order=True, judge=lambda text: 0.999 if text == "good" else 0.01)
    result = await world.solve(ParticleGibbs(iterations=6), 6)
    heaviest = max(result.answer.candidates, key=lambda one: one.weight or 0.0)

    assert result.text == heaviest.text == "good"
    assert heaviest.weight == pytest.approx(1, abs=0.01)
    assert sum(branch.count for one in world.generator.generations for branch in one.branches) == 6
    assert len(world.reward.scorings) <= 6


async def test_others_continue_the_reference_from_its_steps():
    said = ["rare\n\n1\n\nend", "often\n\n2\n\nend"]
    world = World(said, weights=[0.3, 0.7], judge=lambda text: 0.99 if "rare" in text else 0.01)
    result = await world.solve(ParticleGibbs(iterations=4), 16, seed=3)
    kinds = [event.kind for event in result.of(Resampled)]
    forked = [pair for kind in kinds if isinstance(kind, Resampled) for pair in kind.survivors if pair[1]]

    assert result.text == said[0]
    assert forked
    assert sum(one.text == said[0] for one in result.answer.candidates) > 8


async def test_particles_that_ended_are_never_extended_nor_scored_again():
    world = World(["done"])
    result = await world.solve(ParticleGibbs(iterations=2), 8)

    assert len(world.generator.generations) == 2
    assert result.answer.ledger.completion_tokens == 8 * len("done.")


@pytest.mark.parametrize(("samples", "sizes"), [(2, [1, 1]), (3, [1, 1, 1]), (7, [2, 2, 2, 1]), (16, [4] * 4)])
async def test_any_budget_is_spent_whole(samples: int, sizes: list[int]):
    world = World(["a"])
    result = await world.solve(ParticleGibbs(iterations=4), samples)

    assert [sum(branch.count for branch in one.branches) for one in world.generator.generations] == sizes
    assert bool(result.of(Note)) == (samples % 4 > 0)


async def test_exactly_the_allowed_number_of_steps_is_run_in_each_iteration():
    world = World(["a\n\n" * 50])
    result = await world.solve(ParticleGibbs(max_steps=5, iterations=2), 4)

    assert len(world.generator.generations) == 10
    assert len(result.answer.chosen.steps) == 5


async def test_the_answer_that_the_chain_visits_most_can_be_chosen_by_vote():
    said = ["\\boxed{1}", *(f"{letter} \\boxed{{2}}" for letter in "abcdefg")]

    def likes_one(text: str) -> float:
        return 0.6 if "1" in text else 0.55

    best = await World(said, in_order=True, judge=likes_one).solve(ParticleGibbs(), 8)
    voted = await World(said, in_order=True, judge=likes_one).solve(ParticleGibbs(selection="vote"), 8)

    assert best.text == "\\boxed{1}"
    assert "{2}" in voted.text


async def test_a_plain_filter_estimates_what_enumeration_gives_where_all_answers_are_as_long():
    """Every step's odds count there: the chance of each answer times the odds of both of its steps."""
    scores = {"a\n\n": 0.6, "b\n\n": 0.4, "a\n\nx": 0.2, "a\n\ny": 0.8, "b\n\nx": 0.9}
    chances = {"a\n\nx": 0.5, "a\n\ny": 0.2, "b\n\nx": 0.3}
    odds = {text: score / (1 - score) for text, score in scores.items()}
    weights = {text: chance * odds[text[:3]] * odds[text] for text, chance in chances.items()}
    worlds = [World(list(chances), weights=list(chances.values()), judge=scores.__getitem__) for _ in range(6)]
    results = [await world.solve(ParticleFiltering(), 500, seed=seed) for seed, world in enumerate(worlds)]
    shares = estimated(results)

    for text, weight in weights.items():
        assert shares[text] == pytest.approx(weight / sum(weights.values()), abs=0.04), text
