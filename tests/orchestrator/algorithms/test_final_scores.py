"""A search over steps ends by comparing whole answers, not their last steps."""

import pytest

from its_orchestrator.algorithms import BeamSearch, Dvts, Rebase
from its_orchestrator.engines import Identity, RewardModel
from its_orchestrator.testing import World

SOUND, SLIPPED = "sound\n\nsound\n\nend", "slip\n\non\n\nend of it"
"""The second one has a bad step, and the better last one."""


def values(text: str) -> float:
    if text.startswith("slip"):
        return 0.95 if text.endswith("end of it") else 0.3
    return 0.8


def world(**model) -> World:
    return World(
        [SOUND, SLIPPED], in_order=True, judge=values, reward_model=RewardModel(Identity("r", "1", ""), **model)
    )


SEARCHES = [BeamSearch, lambda **more: Dvts(children=1, selection="argmax", **more)]


@pytest.mark.parametrize("search", SEARCHES)
async def test_the_answer_whose_weakest_step_is_best_is_returned(search):
    result = await world().solve(search(), 2)

    assert result.text == SOUND
    assert {one.text: one.score for one in result.answer.candidates} == {SOUND: 0.8, SLIPPED: 0.3}


@pytest.mark.parametrize("search", SEARCHES)
async def test_the_last_step_may_decide_instead(search):
    assert (await world().solve(search(answer_aggregation="last"), 2)).text == SLIPPED


async def test_leaves_vote_with_the_score_of_all_their_steps():
    result = await world().solve(Rebase(balance_temperature=100), 2)

    assert result.text == SOUND
    assert [one.votes for one in result.answer.candidates if one.text == SLIPPED] == [pytest.approx(0.3)]


@pytest.mark.parametrize(
    ("how", "score"), [("min", 0.3), ("prod", 0.3 * 0.3 * 0.95), ("mean", 1.55 / 3), ("last", 0.95)]
)
async def test_step_values_are_put_together_as_asked(how: str, score: float):
    result = await world().solve(BeamSearch(answer_aggregation=how), 2)

    assert [one.score for one in result.answer.candidates if one.text == SLIPPED] == [pytest.approx(score)]
