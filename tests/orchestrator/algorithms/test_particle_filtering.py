"""Particle filtering resamples partial answers by what the reward model thinks of them."""

import math
from collections import Counter

import pytest

from its_orchestrator.algorithms import ParticleFiltering
from its_orchestrator.events import Note, Resampled
from its_orchestrator.testing import World

GOOD, BAD = "good\n\n\\boxed{1}", "bad\n\n\\boxed{2}"


def likes_good(text: str) -> float:
    return 0.1 if "bad" in text else 0.9


@pytest.mark.parametrize("resampling", ["multinomial", "systematic", "residual"])
async def test_particles_gather_where_the_reward_is(resampling: str):
    world = World([GOOD, BAD], judge=likes_good)
    result = await world.solve(ParticleFiltering.model_validate({"resampling": resampling}), 32)
    texts = Counter(one.text for one in result.answer.candidates if one.weight)

    assert result.text == GOOD
    assert texts[GOOD] > 24


async def test_particles_that_ended_are_never_extended_nor_scored_again():
    world = World(["done"])
    result = await world.solve(ParticleFiltering(), 4)

    assert len(world.generator.generations) == 1
    assert len(world.reward.scorings) == 1
    assert result.answer.ledger.completion_tokens == 4 * len("done.")


async def test_a_particle_that_ended_early_keeps_its_weight_while_others_go_on():
    world = World(["done", "on\n\nand\n\non"], judge=lambda text: 0.5)
    result = await world.solve(ParticleFiltering(), 16, seed=5)
    lengths = [sum(branch.count for branch in one.branches) for one in world.generator.generations]

    assert {one.text for one in result.answer.candidates} == {"done", "on\n\nand\n\non"}
    assert lengths[0] == 16
    assert lengths[1] < 16


async def test_exactly_the_allowed_number_of_steps_is_run():
    world = World(["a\n\n" * 50])
    result = await world.solve(ParticleFiltering(max_steps=5), 4)

    assert len(world.generator.generations) == 5
    assert len(result.answer.chosen.steps) == 5


async def test_equal_weights_are_kept_where_the_effective_size_is_high_enough():
    always = await World([GOOD, BAD]).solve(ParticleFiltering(resampling="multinomial"), 8)
    seldom = await World([GOOD, BAD]).solve(ParticleFiltering(resampling="multinomial", ess_threshold=0.5), 8)

    assert always.of(Resampled)
    assert not seldom.of(Resampled)


async def test_the_heaviest_answer_can_be_chosen_by_vote():
    said = ["\\boxed{1}", "a \\boxed{2}", "b \\boxed{2}", "c \\boxed{2}"]
    world = World(said, in_order=True, judge=lambda text: 0.6 if "1" in text else 0.55)
    heaviest = await world.solve(ParticleFiltering(), 4)
    world = World(said, in_order=True, judge=lambda text: 0.6 if "1" in text else 0.55)
    voted = await world.solve(ParticleFiltering(selection="vote"), 4)

    assert heaviest.text == "\\boxed{1}"
    assert "{2}" in voted.text


async def test_text_is_committed_as_soon_as_all_particles_share_it():
    world = World(["same\n\none", "same\n\ntwo"])
    result = await world.solve(ParticleFiltering(), 8)
    committed = [event.kind.text for event in result.events if type(event.kind).__name__ == "TextCommitted"]

    assert committed[0] == "same\n\n"
    assert "".join(committed) == result.text


async def test_a_certain_or_impossible_score_is_no_infinite_weight():
    world = World([GOOD, BAD], judge=lambda text: float("good" in text))
    result = await world.solve(ParticleFiltering(), 8)

    assert result.text == GOOD
    assert all(math.isfinite(one.weight or 0) for one in result.answer.candidates)


async def test_the_normalising_constant_is_that_of_the_toy_language():
    """Weights r/(1-r) of 4 and 1/4 on two equally likely answers: the mean is 2.125 at each of one step."""
    world = World(["good", "bad"], judge=lambda text: 0.8 if text == "good" else 0.2)
    estimates: list[float] = []
    for seed in range(40):
        result = await world.solve(ParticleFiltering(), 64, seed=seed)
        message = result.of(Note)[0].kind.message  # pyright: ignore[reportAttributeAccessIssue]
        estimates.append(math.exp(float(message.rpartition(" ")[2])))

    assert sum(estimates) / len(estimates) == pytest.approx(2.125, rel=0.05)
