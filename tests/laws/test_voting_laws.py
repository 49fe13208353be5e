"""Votes belong to answers, not to places: permuting candidates permutes votes and changes nothing else."""

import random

from hypothesis import given
from hypothesis import strategies as st

from its_orchestrator.candidate import Candidate, StopReason
from its_orchestrator.choosing.equivalence import MathEquivalence
from its_orchestrator.choosing.voting import vote

texts = st.sampled_from(["\\boxed{1}", "so \\boxed{1.0}", "\\boxed{2}", "\\boxed{0.5}", "\\boxed{1/2}", "none"])
ballots = st.lists(texts, min_size=1, max_size=12)


def candidates(said: list[str]) -> list[Candidate]:
    return [Candidate(str(place), text=text, stop_reason=StopReason.EOS) for place, text in enumerate(said)]


@given(said=ballots, seed=st.integers())
async def test_permuting_candidates_permutes_votes(said: list[str], seed: int):
    given_order = candidates(said)
    shuffled = random.Random(seed).sample(given_order, len(given_order))
    first, second = await vote(given_order, MathEquivalence()), await vote(shuffled, MathEquivalence())

    assert first.chosen == second.chosen
    assert {one.id: one.votes for one in first.candidates} == {one.id: one.votes for one in second.candidates}


@given(said=ballots)
async def test_nobody_has_more_votes_than_the_chosen_one(said: list[str]):
    choice = await vote(candidates(said), MathEquivalence())

    assert choice.chosen is not None
    assert choice.chosen.votes == max(one.votes or 0 for one in choice.candidates)


@given(said=ballots)
async def test_equal_weights_decide_like_single_votes(said: list[str]):
    plain = await vote(candidates(said), MathEquivalence())
    weighed = await vote(candidates(said), MathEquivalence(), {str(place): 0.25 for place in range(len(said))})

    assert plain.chosen
    assert weighed.chosen
    assert plain.chosen.id == weighed.chosen.id


async def test_nobody_votes_for_nothing():
    assert (await vote([], MathEquivalence())).chosen is None
