"""Votes that end early look for what self-consistency looks for, and end only when every level is sure."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from its_orchestrator.algorithms import AdaptiveSelfConsistency, BetaSelfConsistency, SelfConsistency
from its_orchestrator.algorithms._early_vote import EarlyVote
from its_orchestrator.budget import StoppedBy
from its_orchestrator.testing import Result, World

LEVELS = {"regex_patterns": (r"^(\w)", r"^\w(\d)")}
both = pytest.mark.parametrize("kind", [AdaptiveSelfConsistency, BetaSelfConsistency], ids=lambda kind: kind.name)


async def solve(kind: type[EarlyVote] | type[SelfConsistency], *said: str, **parameters: object) -> Result:
    """Solve with answers that end one after the other."""
    padded = [one + "." * place for place, one in enumerate(said)]
    return await World(padded, in_order=True).solve(kind.model_validate(parameters), len(said))


@both
async def test_what_a_pattern_finds_settles_a_vote(kind: type[EarlyVote]):
    said = [f"{fruit}, so: {number}" for fruit, number in zip("abcdefgh", "11112222", strict=True)]
    result = await solve(kind, *said, regex_patterns=[r"so: (\d)"])

    assert result.text == "a, so: 1"
    assert result.answer.stopped_by is StoppedBy.DECIDED


@both
async def test_fields_of_json_settle_a_vote(kind: type[EarlyVote]):
    said = [json.dumps({"why": place, "total": 3}) for place in range(8)]
    result = await World(said, in_order=True).solve(kind.model_validate({"json_fields": ["total"]}), 8)

    assert json.loads(result.text) == {"why": 0, "total": 3}
    assert result.answer.stopped_by is StoppedBy.DECIDED


@both
async def test_a_first_level_that_is_sure_waits_for_the_second(kind: type[EarlyVote]):
    first = await solve(kind, *["a1", "a2"] * 4, regex_patterns=LEVELS["regex_patterns"][:1])
    both_levels = await solve(kind, *["a1", "a2"] * 4, **LEVELS)
    settled = await solve(kind, *["a1"] * 4, *["b2"] * 4, **LEVELS)

    assert first.answer.stopped_by is settled.answer.stopped_by is StoppedBy.DECIDED
    assert both_levels.answer.stopped_by is StoppedBy.COMPLETED


@both
async def test_a_rival_who_lost_at_the_first_level_doesnt_count_at_the_second(kind: type[EarlyVote]):
    """Five say a, four b; among those with a 1 leads, among all 2."""
    result = await solve(kind, "a1", "b2", "a1", "b2", "a1", "b2", "a3", "b2", "a2", **LEVELS)

    assert result.text.startswith("a1")


async def test_unanimous_windows_agree_at_every_level():
    window = {"rule": "unanimous", "window": 4, **LEVELS}
    split = await solve(AdaptiveSelfConsistency, "a1", "a1", "a1", "a2", *["a1"] * 8, **window)

    assert split.answer.stopped_by is StoppedBy.DECIDED
    assert len(split.answer.candidates) == 8


@both
@settings(deadline=None, max_examples=30)
@given(said=st.lists(st.sampled_from(["a1", "a2", "a3", "b1", "b2", "?"]), min_size=2, max_size=10))
async def test_a_rule_that_asks_for_certainty_decides_as_the_whole_vote_does(kind: type[EarlyVote], said: list[str]):
    early = await solve(kind, *said, **LEVELS, threshold=1 - 1e-12)
    whole = await solve(SelfConsistency, *said, **LEVELS)

    assert early.text == whole.text
