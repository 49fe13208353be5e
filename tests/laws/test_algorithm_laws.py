"""Every built-in algorithm keeps the laws, whatever the world says and whatever goes wrong in it."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from its_orchestrator.algorithms import BUILTIN, Algorithm
from its_orchestrator.sampling import Sampling
from its_orchestrator.testing import Fault, World, laws
from its_orchestrator.testing.world import MODEL
from its_runtime.errors import ItsError

every = pytest.mark.parametrize("kind", BUILTIN, ids=lambda kind: kind.name)
few = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])

step = st.text("ab{}", max_size=5)
answer = st.builds(
    lambda steps, boxed: "\n\n".join([*steps, f"\\boxed{{{boxed}}}" if boxed else "?"]),
    st.lists(step, max_size=3),
    st.sampled_from(["1", "2", "0.5", "1/2", ""]),
)
answers = st.lists(answer, min_size=1, max_size=5)
budgets = st.sampled_from([1, 2, 3, 4, 7, 16])
seeds = st.integers(0, 2**53)
faults = st.dictionaries(st.integers(0, 5), st.sampled_from(Fault), max_size=3)


def judge(text: str) -> float:
    return len(text) % 7 / 7


@every
@few
@given(said=answers, samples=budgets, seed=seeds)
async def test_a_working_world_is_answered_within_all_laws(
    kind: type[Algorithm], said: list[str], samples: int, seed: int
):
    await laws.hold(kind(), lambda: World(said, judge=judge), samples, seed)


@every
@few
@given(said=answers, samples=budgets, tokens=st.integers(1, 120), seed=seeds)
async def test_a_budget_of_tokens_is_never_exceeded(
    kind: type[Algorithm], said: list[str], samples: int, tokens: int, seed: int
):
    await laws.budget_is_kept(kind(), lambda: World(said, judge=judge), samples, seed=seed, tokens=tokens)


@every
@few
@given(said=answers, samples=budgets, most=st.integers(1, 25), at_once=st.integers(1, 5), wrong=faults, seed=seeds)
async def test_a_generator_of_narrow_limits_that_fails_keeps_the_ledger_right(
    kind: type[Algorithm], said: list[str], samples: int, most: int, at_once: int, wrong: dict[int, Fault], seed: int
):
    model, sampling = replace(MODEL, max_sequences=at_once), Sampling(max_tokens=most)

    def make() -> World:
        return World(said, judge=judge, model=model, sampling=sampling, faults=wrong)

    result = await laws.it_survives(kind(), make, samples, seed=seed)

    if not isinstance(result, ItsError):
        assert len(result.answer.candidates) <= samples or kind.needs
        assert max(one.tokens for one in result.answer.candidates) <= most


@every
@few
@given(said=answers, samples=budgets, wrong=faults, reward_wrong=faults, seed=seeds)
async def test_whatever_fails_the_run_ends_with_an_answer_or_a_cause(
    kind: type[Algorithm],
    said: list[str],
    samples: int,
    wrong: dict[int, Fault],
    reward_wrong: dict[int, Fault],
    seed: int,
):
    def make() -> World:
        return World(said, judge=judge, faults=wrong, reward_faults=reward_wrong)

    await laws.it_survives(kind(), make, samples, seed=seed)


@every
@pytest.mark.parametrize("said", [[""], ["\n\n"], ["\n\n\n\n"]], ids=["nothing", "a delimiter", "two delimiters"])
async def test_a_model_that_says_nothing_is_answered_with_nothing(kind: type[Algorithm], said: list[str]):
    result = await laws.it_survives(kind(), lambda: World(said), 4)

    assert not isinstance(result, ItsError)
    assert result.text == said[0]


@every
@pytest.mark.parametrize("fault", [Fault.DOWN, Fault.REFUSES, Fault.STALLS, Fault.FORGETS], ids=lambda one: one.value)
async def test_a_generator_that_never_works_is_an_error_with_its_cause(kind: type[Algorithm], fault: Fault):
    result = await laws.it_survives(kind(), lambda: World(["4"], faults=dict.fromkeys(range(20), fault)), 4)

    assert isinstance(result, ItsError)
