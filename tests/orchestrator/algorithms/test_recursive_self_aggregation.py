"""Recursive self-aggregation writes each population from the one before it, and the last one votes."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from its_orchestrator.algorithms import RecursiveSelfAggregation
from its_orchestrator.budget import StoppedBy
from its_orchestrator.prompt import transcript
from its_orchestrator.testing import Fault, World, virtual_time

SHOWN = re.compile(r"\[answer \d+ \| \w+\]\n(.*?)\n\[end", re.DOTALL)


def one_more(prompt: str) -> str | None:
    """Write an answer that is one more than the largest of those in the prompt."""
    numbers = [int(one.strip("\\boxed{}")) for one in SHOWN.findall(prompt)]
    return f"\\boxed{{{max(numbers) + 1}}}" if numbers else None


def rising() -> World:
    return World([f"\\boxed{{{number}}}" for number in range(8)], in_order=True, reply=one_more)


async def test_what_the_last_population_agrees_on_is_the_answer():
    world = World(
        ["\\boxed{1}", "\\boxed{2}"], in_order=True, reply=lambda prompt: "\\boxed{3}" if SHOWN.search(prompt) else None
    )
    result = await world.solve(RecursiveSelfAggregation(), 8)

    assert result.text == "\\boxed{3}"
    assert result.answer.chosen.sources


async def test_each_new_member_is_written_from_distinct_members_of_the_population_before():
    world = rising()
    result = await world.solve(RecursiveSelfAggregation(aggregated=3, rounds=2), 8)
    said = {one.id: one.text for one in result.answer.candidates}
    first, second = [one for one in said if int(one) < 4], [one for one in said if int(one) >= 4]
    written = [one for one in result.answer.candidates if one.sources]

    assert [one.id for one in written] == second
    assert all(len(set(one.sources)) == 3 and set(one.sources) <= set(first) for one in written)
    for one, call in zip(written, world.generator.generations[1:], strict=True):
        assert SHOWN.findall(transcript(call.prompt)) == [said[name] for name in one.sources]


async def test_a_unanimous_population_ends_the_run():
    result = await World(["\\boxed{4}"]).solve(RecursiveSelfAggregation(), 16)

    assert result.answer.stopped_by is StoppedBy.DECIDED
    assert result.answer.ledger.samples == 4


async def test_the_whole_budget_is_spent_where_answers_differ():
    result = await World([f"\\boxed{{{number}}}" for number in range(9)], in_order=True).solve(
        RecursiveSelfAggregation(), 30
    )

    assert result.answer.ledger.samples == 30


@pytest.mark.parametrize("fault", [Fault.REFUSES, Fault.SPOILS], ids=lambda one: one.value)
async def test_where_a_round_fails_the_population_before_it_votes(fault: Fault):
    faults = dict.fromkeys(range(1, 99), fault)
    world = World(["\\boxed{1}", "\\boxed{2}", "so \\boxed{2}", "\\boxed{3}"], in_order=True, faults=faults)
    result = await world.solve(RecursiveSelfAggregation(), 8)

    assert result.text == "\\boxed{2}"
    assert result.answer.stopped_by is StoppedBy.FAILURES


async def test_a_population_that_lost_all_final_answers_does_not_replace_the_one_before():
    said = ["\\boxed{1}", "\\boxed{2}", "so \\boxed{2}", "\\boxed{3}"]
    world = World(said, in_order=True, reply=lambda prompt: "well" if SHOWN.search(prompt) else None)
    result = await world.solve(RecursiveSelfAggregation(), 16)

    assert result.text == "\\boxed{2}"


def test_when_the_time_ends_in_a_round_both_populations_vote():
    faults = dict.fromkeys(range(1, 99), Fault.STALLS)
    world = World(["\\boxed{1}", "\\boxed{2}", "so \\boxed{2}", "\\boxed{3}"], in_order=True, faults=faults)
    result = virtual_time.run(world.solve(RecursiveSelfAggregation(), 8, seconds=1))

    assert result.text == "\\boxed{2}"
    assert result.answer.stopped_by is StoppedBy.SECONDS


@given(st.integers(2, 1000), st.integers(1, 40), st.integers(1, 12), st.integers(1, 20))
def test_every_budget_has_a_population(samples: int, population: int, aggregated: int, rounds: int):
    size = RecursiveSelfAggregation(population=population, aggregated=aggregated, rounds=rounds).size(samples)

    assert 1 <= size <= samples
    assert size <= max(population, samples // rounds)


@pytest.mark.parametrize(("samples", "size"), [(2, 1), (4, 2), (8, 4), (16, 4), (64, 16), (160, 16), (1000, 100)])
def test_the_papers_population_is_reached_at_its_budget(samples: int, size: int):
    assert RecursiveSelfAggregation().size(samples) == size
