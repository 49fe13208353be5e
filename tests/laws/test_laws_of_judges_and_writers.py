"""Algorithms that ask for verdicts, and those that write from other answers, keep the laws when they are replied to."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from its_orchestrator.algorithms import BUILTIN, Algorithm
from its_orchestrator.algorithms._judged import Judged
from its_orchestrator.testing import Fault, World, laws
from its_runtime.errors import ItsError

every = pytest.mark.parametrize(
    "kind", [kind for kind in BUILTIN if kind.writes or issubclass(kind, Judged)], ids=lambda kind: kind.name
)
few = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])

SAID = ["a\n\n\\boxed{1}", "b \\boxed{2}", "\\boxed{3}", ""]
PLAN = "1. upwards\n2. downwards\n3) round about"
replies = st.sampled_from(["Best: 1", "Best: 2\nGrade: 5", "Grade: 9", "no issues"])
budgets = st.sampled_from([2, 3, 5, 8, 17])
seeds = st.integers(0, 2**53)
faults = st.dictionaries(st.integers(0, 6), st.sampled_from(Fault), max_size=3)


def replying(reply: str, wrong: dict[int, Fault] | None = None) -> World:
    """Return a world whose judge always says `reply`, and whose writers say what they always say."""

    def speak(prompt: str) -> str | None:
        if "different approaches" in prompt:
            return PLAN
        return reply if "end with the line" in prompt.lower() else None

    return World(SAID, faults=wrong, reply=speak)


@every
@few
@given(reply=replies, samples=budgets, seed=seeds)
async def test_a_judge_that_replies_breaks_no_law(kind: type[Algorithm], reply: str, samples: int, seed: int):
    await laws.hold(kind(), lambda: replying(reply), samples, seed)


@every
@few
@given(reply=replies, samples=budgets, tokens=st.integers(1, 200), seed=seeds)
async def test_verdicts_count_in_the_budget_of_tokens(
    kind: type[Algorithm], reply: str, samples: int, tokens: int, seed: int
):
    await laws.budget_is_kept(kind(), lambda: replying(reply), samples, seed=seed, tokens=tokens)


@every
@few
@given(reply=replies, samples=budgets, wrong=faults, seed=seeds)
async def test_whatever_fails_among_verdicts_the_run_ends_with_an_answer_or_a_cause(
    kind: type[Algorithm], reply: str, samples: int, wrong: dict[int, Fault], seed: int
):
    result = await laws.it_survives(kind(), lambda: replying(reply, wrong), samples, seed=seed)

    if isinstance(result, ItsError):
        assert wrong
