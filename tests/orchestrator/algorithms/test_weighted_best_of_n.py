"""Weighted best-of-N returns the answer whose equals have the largest sum of scores."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from its_orchestrator.algorithms import WeightedBestOfN
from its_orchestrator.engines import Identity, RewardModel
from its_orchestrator.events import Note
from its_orchestrator.testing import Fault, World


async def solve(scores: dict[str, float], **script):
    world = World(list(scores), in_order=True, judge=scores.__getitem__, **script)
    return await world.solve(WeightedBestOfN(), len(scores))


def outcome(low: float, high: float) -> RewardModel:
    return RewardModel(Identity("toy-reward", "1", "code points"), low=low, high=high)


def notes(result) -> list[str]:
    return [event.kind.message for event in result.of(Note)]


async def test_many_fair_scores_beat_one_good_one():
    result = await solve({"\\boxed{1}": 0.9, "\\boxed{0.5}": 0.5, "or \\boxed{1/2}": 0.6})

    assert result.text == "or \\boxed{1/2}"
    assert [one.votes for one in result.answer.candidates] == pytest.approx([0.9, 1.1, 1.1])


async def test_one_good_score_beats_many_poor_ones():
    result = await solve({"\\boxed{1}": 0.9, "\\boxed{2}": 0.3, "so \\boxed{2}": 0.3})

    assert result.text == "\\boxed{1}"


async def test_inside_the_class_the_highest_score_speaks_however_long_it_is():
    result = await solve({"\\boxed{2}": 0.3, "so, after all, \\boxed{2}": 0.4})

    assert result.text == "so, after all, \\boxed{2}"


async def test_equal_sums_go_to_the_highest_score_and_then_to_the_earliest():
    highest = await solve({"\\boxed{1}": 0.25, "so \\boxed{1}": 0.25, "longer \\boxed{2}": 0.5})
    earliest = await solve({"longer \\boxed{1}": 0.5, "\\boxed{2}": 0.5})

    assert highest.text == "longer \\boxed{2}"
    assert earliest.text == "longer \\boxed{1}"


async def test_an_answer_without_a_final_answer_never_wins_while_there_is_one():
    result = await solve({"no idea": 1.0, "\\boxed{4}": 0.1})

    assert result.text == "\\boxed{4}"


async def test_one_more_equal_answer_never_hurts_where_scores_are_negative():
    result = await solve({"\\boxed{1}": -3, "so \\boxed{2}": -2, "\\boxed{2}": -2}, reward_model=outcome(-4, 0))

    assert result.text == "so \\boxed{2}"


async def test_scores_without_a_lowest_are_log_weights():
    scores = {"\\boxed{1}": 2.0, "\\boxed{2}": 1.9, "so \\boxed{2}": 1.8}
    result = await solve(scores, reward_model=outcome(-math.inf, math.inf))

    assert result.text == "\\boxed{2}"
    assert result.answer.chosen.votes == pytest.approx(math.exp(1.9 - 2.0) + math.exp(1.8 - 2.0))


async def test_what_can_not_be_scored_has_no_vote():
    result = await solve({"\\boxed{1}": 0.9, "\\boxed{2}": 0.1}, reward_faults={0: Fault.SPOILS})

    assert result.text == "\\boxed{2}"
    assert [one.votes for one in result.answer.candidates] == [None, pytest.approx(0.1)]


async def test_a_vote_that_overrules_the_highest_score_says_so():
    overruled = await solve({"\\boxed{1}": 0.9, "\\boxed{2}": 0.5, "so \\boxed{2}": 0.6})
    agreed = await solve({"\\boxed{1}": 0.9, "\\boxed{2}": 0.5})

    assert notes(overruled)[0] == "votes overrule the highest score, 0.9 of candidate 0"
    assert not notes(agreed)


async def test_scores_that_hardly_differ_have_no_correlation():
    result = await solve({"\\boxed{1}": 0.0, "so \\boxed{1}": 1e-200})

    assert not notes(result)


async def test_the_correlation_of_score_with_length_is_told():
    result = await solve({"\\boxed{1}": 0.9, "so \\boxed{2}": 0.6, "then \\boxed{2}": 0.4})

    assert notes(result)[-1] == "correlation of score with length: -1.00"


@settings(deadline=None, max_examples=25)
@given(st.lists(st.tuples(st.sampled_from("123"), st.integers(0, 8)), min_size=2, max_size=8))
async def test_no_class_has_a_larger_sum_than_the_chosen_one(said: list[tuple[str, int]]):
    scores = {f"{place} \\boxed{{{answer}}}": eighths / 8 for place, (answer, eighths) in enumerate(said)}
    result = await solve(scores)

    sums = [sum(one for text, one in scores.items() if text.endswith(f"{{{answer}}}")) for answer in "123"]
    assert result.answer.chosen.votes == max(sums)
