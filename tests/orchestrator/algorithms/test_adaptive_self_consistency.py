"""Adaptive self-consistency samples in waves and begins no wave that it doesn't need."""

import pytest
from pydantic import ValidationError

from its_orchestrator.algorithms import AdaptiveSelfConsistency
from its_orchestrator.budget import StoppedBy
from its_orchestrator.events import Progress
from its_orchestrator.testing import Fault, World


async def solve(answers: str, faults: dict[int, Fault] | None = None, **parameters):
    world = World([f"\\boxed{{{answer}}}" for answer in answers], in_order=True, faults=faults)
    return await world.solve(AdaptiveSelfConsistency(**parameters), len(answers))


async def test_one_agreeing_window_of_four_suffices():
    result = await solve("1111222222222222")

    assert result.text == "\\boxed{1}"
    assert result.answer.stopped_by is StoppedBy.DECIDED
    assert result.answer.ledger.samples == 4
    assert result.answer.ledger.aborted_tokens == 0


async def test_a_divided_vote_uses_the_whole_budget():
    result = await solve("12" * 8)

    assert result.answer.stopped_by is StoppedBy.COMPLETED
    assert result.answer.ledger.samples == 16


async def test_one_sample_at_a_time_is_the_papers_own_way():
    result = await solve("1211111111111111", window=1)

    assert result.answer.ledger.samples == 7  # 6 to 1 is 0.965 sure; 5 to 1 was 0.9375


async def test_the_last_window_is_as_small_as_the_budget_leaves():
    result = await solve("121212")

    assert [event.kind.ended for event in result.of(Progress)] == [4, 6]


async def test_a_unanimous_window_stops_whatever_was_said_before():
    result = await solve("1212333344444444", rule="unanimous")

    assert result.answer.ledger.samples == 8
    assert result.answer.stopped_by is StoppedBy.DECIDED


async def test_a_window_in_which_one_has_no_answer_is_not_unanimous():
    result = await World(["\\boxed{1}"] * 3 + ["?"] + ["\\boxed{1}"] * 4, in_order=True).solve(
        AdaptiveSelfConsistency(rule="unanimous"), 16
    )

    assert result.answer.ledger.samples == 8


def test_a_window_of_two_tells_nothing_and_is_refused():
    with pytest.raises(ValidationError, match="agrees by chance"):
        AdaptiveSelfConsistency(rule="unanimous", window=2)


async def test_one_failed_wave_loses_nothing_of_the_next():
    result = await solve("9111111", faults={0: Fault.SPOILS}, window=1)

    assert result.text == "\\boxed{1}"
    assert result.answer.ledger.samples == 5


async def test_when_nothing_comes_any_more_nothing_more_is_asked_for():
    result = await solve("12" * 32, faults=dict.fromkeys(range(1, 200), Fault.REFUSES))

    assert result.answer.stopped_by is StoppedBy.FAILURES
    assert result.answer.ledger.samples == 8
