"""Every budget from 1 to 1000 is valid: it is spent whole, unless the answer was sure before, and rounding is told."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from its_orchestrator.algorithms import BUILTIN, Algorithm, BeamSearch, Dvts, ParticleGibbs
from its_orchestrator.budget import StoppedBy
from its_orchestrator.events import Note
from its_orchestrator.testing import Result, World

every = pytest.mark.parametrize("kind", BUILTIN, ids=lambda kind: kind.name)
SAID = [f"{number}\n\n{letter}\n\n\\boxed{{{number}}}" for number in range(5) for letter in "xy"]
VERDICTS = {"different approaches": "1. up\n2. down\n3. round about", "`best: ": "Best: 1", "`grade: ": "Grade: 5"}


async def solved(algorithm: Algorithm, samples: int, seed: int = 0) -> Result:
    """Solve in a world whose judge never finds an answer flawless."""

    def reply(prompt: str) -> str | None:
        return next((said for mark, said in VERDICTS.items() if mark in prompt.lower()), None)

    world = World(SAID, judge=lambda text: len(text) % 7 / 7, reply=reply)
    return await world.solve(algorithm, samples, seed=seed)


def assert_spent(result: Result, samples: int) -> None:
    spent = result.answer.ledger.samples
    assert spent == samples or (spent < samples and result.answer.stopped_by is StoppedBy.DECIDED)
    assert result.text in SAID


@every
@settings(max_examples=10, deadline=None)
@given(samples=st.integers(1, 40), seed=st.integers(0, 2**53))
async def test_every_small_budget_is_spent(kind: type[Algorithm], samples: int, seed: int):
    assert_spent(await solved(kind(), samples, seed), samples)


@every
@pytest.mark.parametrize("samples", [1000])
async def test_every_large_budget_is_spent(kind: type[Algorithm], samples: int):
    assert_spent(await solved(kind(), samples), samples)


@pytest.mark.parametrize("algorithm", [BeamSearch(), Dvts(), ParticleGibbs()], ids=lambda one: one.name)
@pytest.mark.parametrize("samples", [2, 5, 17, 999])
async def test_a_budget_that_does_not_divide_is_rounded_and_that_is_told(algorithm: Algorithm, samples: int):
    even = {ParticleGibbs: 2}.get(type(algorithm), 4)
    told = [str(event.kind) for event in (await solved(algorithm, samples)).of(Note)]

    assert samples % even == 0 or any(f"a budget of {samples}" in note for note in told)
