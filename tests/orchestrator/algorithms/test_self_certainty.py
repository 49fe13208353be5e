"""Self-certainty lets answers vote by how sure the model was of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from its_orchestrator.algorithms import Need, SelfCertainty
from its_orchestrator.algorithms.self_certainty import borda
from its_orchestrator.engines import GeneratorModel, Identity
from its_orchestrator.running import needs
from its_orchestrator.testing import World

SURE = "!!!!!!!! \\boxed{1}"
UNSURE = ["so \\boxed{2}", "or \\boxed{2.0}"]


def confidence(token: str) -> float:
    return 9.0 if token == "!" else 1.0


async def solve(*said: str, **parameters):
    return await World(said, in_order=True, confidence=confidence).solve(SelfCertainty(**parameters), len(said))


async def test_votes_are_the_paper_s_borda_votes():
    result = await solve("\\boxed{3}!!!!", "\\boxed{2}!!", "\\boxed{1}")

    assert [one.weight for one in result.answer.candidates] == pytest.approx([3**0.5, 2**0.5, 1])


async def test_at_half_power_two_agree_against_a_surer_one_and_at_a_high_one_they_lose():
    gentle, strict = await solve(SURE, *UNSURE), await solve(SURE, *UNSURE, power=8)

    assert gentle.text in UNSURE
    assert strict.text == SURE


async def test_without_power_all_vote_alike():
    result = await solve(SURE, *UNSURE, power=0)

    assert [one.votes for one in result.answer.candidates] == [1, 2, 2]


async def test_an_answer_without_a_box_takes_no_rank_from_those_that_have_one():
    result = await solve("!!!!!!!! none", SURE, *UNSURE)

    assert result.answer.candidates[0].votes is None
    assert result.answer.candidates[1].weight == pytest.approx(3**0.5)


async def test_patterns_may_tell_what_votes():
    result = await solve("a: 1!!!", "a: 2", "a: 2", regex_patterns=[r"a: (\d)"])

    assert result.text == "a: 2"


def test_it_needs_log_probabilities():
    knowing, silent = World(["1"]).generator.model, GeneratorModel(Identity("toy"), max_top_logprobs=None)

    assert needs.unmet(SelfCertainty, knowing, None) == []
    assert needs.unmet(SelfCertainty, silent, None) == [Need.LOGPROBS]


@given(st.lists(st.sampled_from([0.5, 1.0, 2.0, 3.5]), min_size=1, max_size=12), st.sampled_from([0.0, 0.5, 1.0, 3.0]))
def test_votes_grow_with_sureness_and_sum_to_those_of_all_ranks(sureness: list[float], power: float):
    votes = borda({str(place): value for place, value in enumerate(sureness)}, power)
    pairs = [(one, votes[str(place)]) for place, one in enumerate(sureness)]

    assert sum(votes.values()) == pytest.approx(sum(rank**power for rank in range(1, len(sureness) + 1)))
    assert all(more >= less - 1e-9 for one, more in pairs for other, less in pairs if one >= other)
