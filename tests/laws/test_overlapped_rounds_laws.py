"""Searches whose rounds overlap keep every law that they keep in lock-step."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from its_orchestrator.algorithms import BUILTIN, Algorithm
from its_orchestrator.algorithms._rounds import RoundSearch
from its_orchestrator.testing import Fault, World, laws

every = pytest.mark.parametrize(
    "search", [kind(rounds="overlapped") for kind in BUILTIN if issubclass(kind, RoundSearch)], ids=lambda one: one.name
)
few = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])

step = st.text("ab{}", max_size=9)
answer = st.builds("\n\n".join, st.lists(step, min_size=1, max_size=4))
answers = st.lists(answer, min_size=1, max_size=5)
budgets = st.sampled_from([2, 3, 4, 7, 16])
seeds = st.integers(0, 2**53)
faults = st.dictionaries(st.integers(0, 9), st.sampled_from(Fault), max_size=3)


def judge(text: str) -> float:
    return len(text) % 7 / 7


@every
@few
@given(said=answers, samples=budgets, seed=seeds)
async def test_a_working_world_is_answered_within_all_laws(search: Algorithm, said: list[str], samples: int, seed: int):
    await laws.hold(search, lambda: World(said, judge=judge), samples, seed)


@every
@few
@given(said=answers, samples=budgets, tokens=st.integers(1, 120), seed=seeds)
async def test_a_budget_of_tokens_is_never_exceeded(
    search: Algorithm, said: list[str], samples: int, tokens: int, seed: int
):
    await laws.budget_is_kept(search, lambda: World(said, judge=judge), samples, seed=seed, tokens=tokens)


@every
@few
@given(said=answers, samples=budgets, wrong=faults, reward_wrong=faults, seed=seeds)
async def test_whatever_fails_the_run_ends_with_an_answer_or_a_cause(
    search: Algorithm,
    said: list[str],
    samples: int,
    wrong: dict[int, Fault],
    reward_wrong: dict[int, Fault],
    seed: int,
):
    def make() -> World:
        return World(said, judge=judge, faults=wrong, reward_faults=reward_wrong)

    await laws.it_survives(search, make, samples, seed=seed)
