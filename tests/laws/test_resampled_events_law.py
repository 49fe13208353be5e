"""Every search tells truly who goes on after resampling: each survivor continues itself, or the one it is a fork of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from its_orchestrator.algorithms import BUILTIN, Algorithm, StepSearch
from its_orchestrator.candidate import Candidate
from its_orchestrator.events import CandidateEnded, Resampled, StepEnded
from its_orchestrator.testing import World

SEARCHES = [kind for kind in BUILTIN if issubclass(kind, StepSearch)]
ANSWERS = [f"{first}\n\n{second}\n\nso \\boxed{{{first}}}" for first in "abc" for second in "de"]


@pytest.mark.parametrize("kind", SEARCHES, ids=lambda kind: kind.name)
async def test_every_survivor_continues_a_candidate_that_grew_before(kind: type[Algorithm]):
    result = await World(ANSWERS, judge=lambda text: 0.9 if text.startswith("a") else 0.2).solve(kind(), 8)
    grown, resampled = set[str](), list[Resampled]()
    for event in result.events:
        match event.kind:
            case StepEnded(candidate_id=name) | CandidateEnded(candidate_id=name):
                grown.add(name)
            case Resampled(survivors=survivors, dropped=dropped) as told:
                resampled.append(told)
                assert {parent for _, parent in survivors} <= grown
                assert all(name == parent for name, parent in survivors if name in grown)
                assert not {parent for _, parent in survivors} & set(dropped)

    assert resampled


@pytest.mark.parametrize("kind", [kind for kind in SEARCHES if kind.name != "dvts"], ids=lambda kind: kind.name)
async def test_as_many_are_expected_to_go_on_as_do_and_nobody_goes_on_whom_nobody_expected(kind: type[Algorithm]):
    result = await World(ANSWERS, judge=lambda text: 0.9 if text.startswith("a") else 0.2).solve(kind(), 8)
    told = [event.kind for event in result.events if isinstance(event.kind, Resampled)]

    for one in told:
        assert sum(times for _, times in one.expected) == pytest.approx(len(one.survivors))
        assert {parent for _, parent in one.survivors} <= {name for name, times in one.expected if times > 0}
        assert set(one.dropped) <= {name for name, _ in one.expected}


@given(before=st.sets(st.integers(0, 30), min_size=1), draws=st.lists(st.integers(0, 30), min_size=1))
def test_survivors_and_dropped_are_a_partition_of_those_before(before: set[int], draws: list[int]):
    old = [Candidate(str(one), parent_id="long ago") for one in sorted(before)]
    first, after = set[str](), list[Candidate]()
    for place, draw in enumerate(draws):
        ancestor = old[draw % len(old)]
        after.append(ancestor.fork(f"fork {place}") if ancestor.id in first else ancestor)
        first.add(ancestor.id)
    told = Resampled.between(old, after)

    assert [name for name, _ in told.survivors] == [one.id for one in after]
    assert {parent for _, parent in told.survivors} == first
    assert set(told.dropped) == {one.id for one in old} - first
