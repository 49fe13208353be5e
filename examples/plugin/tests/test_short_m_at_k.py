"""short-m@k keeps the laws that built-in algorithms keep, and does what its paper says."""

from its_short_m_at_k import ShortMAtK

from its_orchestrator.budget import StoppedBy
from its_orchestrator.testing import World, laws


def world() -> World:
    return World(["first\n\n\\boxed{4}", "\\boxed{5}", "so\n\n\\boxed{4}"])


async def test_it_keeps_the_laws():
    await laws.hold(ShortMAtK(), world, samples=8)


async def test_it_keeps_the_laws_where_all_samples_vote():
    await laws.hold(ShortMAtK(m=4), world, samples=4)


async def test_the_shortest_answers_outvote_a_majority_of_long_ones():
    long = "a detour that takes its time\n\nand another\n\n\\boxed{5}"
    result = await World(["\\boxed{4}", "\\boxed{4}", long, long, long], in_order=True).solve(ShortMAtK(m=2), 5)

    assert result.text == "\\boxed{4}"
    assert result.answer.stopped_by is StoppedBy.DECIDED


async def test_with_as_many_votes_as_samples_the_majority_wins():
    long = "a detour that takes its time\n\n\\boxed{5}"
    result = await World(["\\boxed{4}", long, long], in_order=True).solve(ShortMAtK(m=3), 3)

    assert result.text == long


async def test_a_tie_goes_to_the_shortest():
    result = await World(["well, \\boxed{4}", "\\boxed{5}"], in_order=True).solve(ShortMAtK(m=2), 2)

    assert result.text == "\\boxed{5}"
