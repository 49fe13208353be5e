"""Best-of-N keeps the answer the reward model likes most."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from its_orchestrator.algorithms import BestOfN
from its_orchestrator.engines import Identity, RewardModel
from its_orchestrator.testing import Fault, World, virtual_time
from its_runtime.errors import Unmet


def length(text: str) -> float:
    return len(text) / 100


async def test_returns_the_highest_scoring_answer():
    result = await World(["four", "4", "fourteen"], in_order=True, judge=length).solve(BestOfN(), 3)

    assert result.text == "fourteen"


async def test_a_tie_goes_to_the_first_answer():
    result = await World(["yes", "no!"], in_order=True).solve(BestOfN(), 2)

    assert result.text == "yes"


@settings(deadline=None, max_examples=25)
@given(st.lists(st.text(max_size=20), min_size=2, max_size=8))
async def test_no_answer_beats_the_chosen_one(answers: list[str]):
    result = await World(answers, in_order=True, judge=length).solve(BestOfN(), len(answers))

    assert result.answer.chosen.score == max(map(length, answers))


async def test_identical_answers_are_scored_once():
    world = World(["four", "five"], in_order=True)
    result = await world.solve(BestOfN(), 16)

    assert sum(len(one.trajectories) for one in world.reward.scorings) == 2
    assert all(one.score is not None for one in result.answer.candidates)


async def test_answers_that_end_together_are_scored_in_one_call():
    world = World([f"answer {number}" for number in range(10)], in_order=True)
    await world.solve(BestOfN(), 10)

    assert [len(one.trajectories) for one in world.reward.scorings] == [10]


def test_an_answer_is_scored_while_the_others_are_still_written():
    world = World(["short", "a much longer one"], in_order=True, faults={0: Fault.HANGS})
    result = virtual_time.run(world.solve(BestOfN(), 2, seconds=1))

    assert [one.trajectories[0].steps for one in world.reward.scorings] == [("short",)]
    assert result.text == "short"


async def test_no_call_has_more_trajectories_than_the_reward_model_takes():
    model = RewardModel(Identity("toy-reward"), max_trajectories=4)
    world = World([f"answer {number}" for number in range(10)], in_order=True, reward_model=model)
    await world.solve(BestOfN(), 10)

    assert sorted(len(one.trajectories) for one in world.reward.scorings) == [2, 4, 4]


async def test_steps_travel_as_text_where_tokenizers_differ_and_as_tokens_where_they_are_one():
    other = RewardModel(Identity("other", "", "another one"), accepts_tokens=True)
    strange, same = World(["a\n\nb"], reward_model=other), World(["a\n\nb"])
    for world in (strange, same):
        await world.solve(BestOfN(), 2)

    by_text, by_tokens = (one.reward.scorings[0].trajectories[0] for one in (strange, same))
    assert (by_text.steps, by_text.token_ids) == (("a\n\n", "b"), ())
    assert (by_tokens.steps, by_tokens.step_ends) == (("a\n\n", "b"), (3, 5))


@pytest.mark.parametrize("fault", [Fault.NAN, Fault.OUTSIDE, Fault.FORGETS], ids=lambda one: one.value)
async def test_a_reward_model_that_answers_nonsense_is_an_error_that_names_it(fault: Fault):
    world = World(["four"], reward_faults=dict.fromkeys(range(9), fault))

    with pytest.raises(Unmet, match="'toy-reward'"):
        await world.solve(BestOfN(), 4)


async def test_an_answer_without_a_score_is_still_told_of():
    world = World(["four", "five"], in_order=True, reward_faults={0: Fault.SPOILS})
    result = await world.solve(BestOfN(), 2)

    assert result.text == "five"
    assert [one.score for one in result.answer.candidates] == [None, 0.5]
