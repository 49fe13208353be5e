"""All randomness flows from the request's seed: another seed is another run, and no two streams share one."""

from hypothesis import given
from hypothesis import strategies as st

from its_orchestrator.algorithms import BeamSearch, SelfConsistency
from its_orchestrator.seeds import derive, draw, stream
from its_orchestrator.testing import World

SAID = [f"{number}\n\n{number}" for number in range(50)]


async def test_another_seed_is_another_run():
    first, second = [await World(SAID).solve(SelfConsistency(), 4, seed=seed) for seed in (1, 2)]

    assert [one.text for one in first.answer.candidates] != [one.text for one in second.answer.candidates]


async def test_a_larger_budget_begins_with_the_samples_of_a_smaller_one():
    small, large = [await World(SAID).solve(SelfConsistency(), samples) for samples in (4, 8)]

    assert [one.text for one in small.answer.candidates] == [one.text for one in large.answer.candidates[:4]]


async def test_no_two_branches_of_a_search_share_a_seed():
    world = World(SAID)
    await world.solve(BeamSearch(), 8)
    seeds = [branch.seed for generation in world.generator.generations for branch in generation.branches]

    assert len(seeds) == len(set(seeds))


@given(seed=st.integers(0, 2**64 - 1), path=st.lists(st.integers(0, 99) | st.text("ab", max_size=3), max_size=3))
def test_a_derived_seed_depends_on_seed_and_place_and_fits_in_63_bits(seed: int, path: list[int | str]):
    derived = derive(seed, *path)

    assert 0 <= derived < 2**63
    assert derived == derive(seed, *path)
    assert len({derived, derive(seed + 1, *path), derive(seed, *path, "more")}) == 3


def test_streams_are_repeated_by_their_seed_and_place():
    assert stream(1, "a").random() == stream(1, "a").random()
    assert stream(1, "a").random() != stream(2, "a").random()
    assert 0 <= draw() < 2**53
