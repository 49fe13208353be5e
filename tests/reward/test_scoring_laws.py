"""The laws of scoring, for any text and any cut into steps."""

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from its_reward.scorers import open_scorer
from its_reward.settings import LikelihoodSettings
from its_reward.trajectory import Batch, Scored, TextPrompt, TextSteps, Trajectory, Verdict

TINY = LikelihoodSettings(scorer="likelihood", folder="its-tiny-reward", max_batch_tokens=128)
CLOSE = 1e-5

steps = st.lists(st.text(alphabet="0123456789+-*= soabé\n{}\\", min_size=1, max_size=12), min_size=1, max_size=4)
answers = st.lists(st.tuples(steps.map(tuple), st.booleans()), min_size=1, max_size=6)
few = settings(max_examples=12, deadline=None)


def scored(*rounds: Sequence[Trajectory]) -> list[list[Verdict]]:
    """The verdicts of one scorer on rounds of trajectories of one prompt, each round asked at once."""

    async def ask() -> list[list[Verdict]]:
        async with open_scorer(TINY) as scorer:
            return [list(await scorer.score(Batch(TextPrompt("2+2?"), tuple(each)))) for each in rounds]

    return asyncio.run(ask())


def trajectory(answer: tuple[tuple[str, ...], bool], known: Sequence[float] = ()) -> Trajectory:
    return Trajectory(TextSteps(answer[0]), answer[1], tuple(known))


def values(verdict: Verdict) -> list[float]:
    assert isinstance(verdict, Scored)
    return [verdict.own, *verdict.step_values]


@few
@given(answers)
def test_together_in_any_order_or_alone_the_scores_are_the_same(answers):
    trajectories = [trajectory(answer) for answer in answers]
    together, backwards, *alone = scored(trajectories, trajectories[::-1], *[[one] for one in trajectories])

    for index, verdict in enumerate(together):
        assert values(backwards[-1 - index]) == pytest.approx(values(verdict), abs=CLOSE)
        assert values(alone[index][0]) == pytest.approx(values(verdict), abs=CLOSE)


@few
@given(steps.map(tuple), st.integers(0, 3))
def test_what_was_known_before_changes_nothing(steps, known):
    ((whole,),) = scored([trajectory((steps, True))])
    known = min(known, len(steps) - 1)
    before = [trajectory((steps[:known], False))] if known else []
    *_, (rest,) = scored(before, [trajectory((steps, True), values(whole)[1 : known + 1])])

    assert values(rest) == pytest.approx(values(whole), abs=CLOSE)


@few
@given(steps.map(tuple))
def test_every_value_lies_between_0_and_1_and_the_score_is_the_least(steps):
    ((verdict,),) = scored([trajectory((steps, True))])

    assert all(0 <= value <= 1 for value in values(verdict))
    assert verdict.own == min(verdict.step_values)
    assert 0 <= verdict.usage.cached_tokens < verdict.usage.prompt_tokens
