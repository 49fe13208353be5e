"""What fails alone fails alone: no algorithm loses the other samples, steps or scores to it, and none is hidden."""

from dataclasses import replace

import pytest

from its_orchestrator.algorithms import BUILTIN, Algorithm, Need
from its_orchestrator.algorithms._rounds import RoundSearch
from its_orchestrator.budget import StoppedBy
from its_orchestrator.events import FailureNoted
from its_orchestrator.running.needs import rewarded
from its_orchestrator.testing import Fault, Result, World, laws
from its_orchestrator.testing.world import MODEL
from its_runtime.errors import ItsError

OVERLAPPED = [kind.model_validate({"rounds": "overlapped"}) for kind in BUILTIN if issubclass(kind, RoundSearch)]
EVERY = [*(kind() for kind in BUILTIN), *OVERLAPPED]
SAID = [f"{number}{'.' * number}\n\n{'is ' * number}so\n\n\\boxed{{{number}}}" for number in range(6)]


def called(algorithm: Algorithm) -> str:
    return f"{algorithm.name}{' overlapped' * (algorithm in OVERLAPPED)}"


every = pytest.mark.parametrize("algorithm", EVERY, ids=called)
scored = pytest.mark.parametrize("algorithm", [one for one in EVERY if rewarded(type(one))], ids=called)
whole = pytest.mark.parametrize("algorithm", [one for one in EVERY if Need.PREFIX not in one.needs], ids=called)


def broken(world: World) -> bool:
    """Tell whether a call of the generator broke off, without telling what it used."""
    return len(world.generator.reported) < len(world.generator.generations)


async def survived(algorithm: Algorithm, world: World) -> Result:
    """Return how a run of five samples ended, which must be with an answer."""
    result = await laws.it_survives(algorithm, lambda: world, 5)
    assert not isinstance(result, ItsError), result.message
    assert result.text in SAID
    return result


@every
@pytest.mark.parametrize("call", [0, 1])
async def test_a_broken_call_of_the_generator_loses_nothing(algorithm: Algorithm, call: int):
    world = World(SAID, in_order=True, faults={call: Fault.BREAKS})
    result = await survived(algorithm, world)

    assert broken(world) == (len(world.generator.generations) > 1)
    assert not result.of(FailureNoted)
    assert result.answer.stopped_by in {StoppedBy.COMPLETED, StoppedBy.DECIDED}


@whole
async def test_where_no_beginning_can_be_continued_a_broken_call_is_made_again(algorithm: Algorithm):
    model = replace(MODEL, continues_prefix=False)
    world = World(SAID, in_order=True, model=model, faults={0: Fault.BREAKS})
    result = await survived(algorithm, world)

    assert broken(world)
    assert not result.of(FailureNoted)


@every
@pytest.mark.parametrize("call", [0, 1])
async def test_a_sample_that_fails_is_told_and_loses_no_other(algorithm: Algorithm, call: int):
    world = World(SAID, faults={call: Fault.SPOILS})
    result = await survived(algorithm, world)

    assert len(result.of(FailureNoted)) == (len(world.generator.generations) > call)


@scored
async def test_a_step_that_can_not_be_scored_keeps_the_score_of_those_before_it(algorithm: Algorithm):
    result = await survived(algorithm, World(SAID[:1], reward_faults=dict.fromkeys(range(1, 99), Fault.DOWN)))

    assert result.answer.chosen.score == 0.5
    assert len(result.answer.chosen.steps) == 3
    assert bool(result.of(FailureNoted)) == (Need.PREFIX in algorithm.needs)


@scored
@pytest.mark.parametrize("fault", [Fault.SPOILS, Fault.DOWN, Fault.NAN, Fault.FORGETS], ids=lambda one: one.value)
async def test_a_score_that_fails_is_told_and_loses_no_other(algorithm: Algorithm, fault: Fault):
    result = await survived(algorithm, World(SAID, reward_faults={1: fault}))

    assert all("toy-reward" in str(one.kind) or "reward service" in str(one.kind) for one in result.of(FailureNoted))
