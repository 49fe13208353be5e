"""An algorithm that is sure early leaves its samples, and the run still knows exactly what they cost."""

from contextlib import aclosing
from typing import ClassVar

import pytest

from its_orchestrator.algorithms import Algorithm, Need, Rewarded
from its_orchestrator.budget import StoppedBy
from its_orchestrator.candidate import Candidate, Choice
from its_orchestrator.clients import GeneratorClient, RewardClient
from its_orchestrator.context import Context
from its_orchestrator.limits.recorder import Recorder
from its_orchestrator.running.run import Engines, Run
from its_orchestrator.testing import Fault, World, laws, served
from its_runtime.channel import open_channel

SAID = ["short", "a very long answer that takes its time"]


class Hasty(Algorithm):
    """Take the first answer that comes."""

    name: ClassVar[str] = "hasty"
    summary: ClassVar[str] = "Take the first answer that comes."
    source: ClassVar[str] = "none"
    budget_meaning: ClassVar[str] = "parallel generations"

    async def solve(self, ctx: Context) -> Choice:
        async with aclosing(ctx.sample(ctx.samples)) as candidates:
            async for candidate in candidates:
                return Choice(candidate, (candidate,), decided=True)
        return Choice(None, ())


class HastyJudge(Rewarded):
    """Take the first answer that is scored."""

    name: ClassVar[str] = "hasty-judge"
    summary: ClassVar[str] = "Take the first answer that is scored."
    source: ClassVar[str] = "none"
    budget_meaning: ClassVar[str] = "parallel generations"

    async def solve(self, ctx: Context) -> Choice:
        async with aclosing(ctx.scored(ctx.sample(ctx.samples))) as candidates:
            async for candidate in candidates:
                return Choice(candidate, (candidate,), decided=True)
        return Choice(None, ())


class Silent(Algorithm):
    """Score without having said so."""

    name: ClassVar[str] = "silent"
    summary: ClassVar[str] = "Score without having said so."
    source: ClassVar[str] = "none"
    budget_meaning: ClassVar[str] = "parallel generations"

    async def solve(self, ctx: Context) -> Choice:
        return Choice(None, tuple(await ctx.score(ctx.new(1))))


class Fickle(Algorithm):
    """Commit to one answer and return another."""

    name: ClassVar[str] = "fickle"
    summary: ClassVar[str] = "Commit to one answer and return another."
    source: ClassVar[str] = "none"
    budget_meaning: ClassVar[str] = "parallel generations"

    async def solve(self, ctx: Context) -> Choice:
        candidates = await ctx.collect(ctx.sample(2))
        ctx.commit([candidates[0]])
        return Choice(Candidate("9", text="other"), tuple(candidates))


kinds = pytest.mark.parametrize("kind", [Hasty, HastyJudge], ids=lambda kind: kind.name)


@kinds
@pytest.mark.parametrize("fault", [None, Fault.HANGS], ids=["working", "hanging"])
async def test_the_rest_is_aborted_and_counted(kind: type[Algorithm], fault: Fault | None):
    world = World(SAID, in_order=True, faults={0: fault} if fault else {})
    result = await world.solve(kind(), 4)
    ledger = result.answer.ledger

    assert result.text == "short"
    assert result.answer.stopped_by is StoppedBy.DECIDED
    laws.assert_exact(world, ledger)
    if fault:
        assert (ledger.answer_tokens, ledger.discarded_tokens, ledger.aborted_tokens) == (6, 6, 12)
    assert world.quiet


@kinds
async def test_the_rest_is_aborted_and_counted_over_grpc(kind: type[Algorithm]):
    world = World(SAID, in_order=True, faults={0: Fault.HANGS})
    async with served(world) as at, open_channel(at.generator) as generator, open_channel(at.reward) as reward:
        clients = GeneratorClient(generator, at.generator), RewardClient(reward, at.reward)
        engines = Engines(*clients, world.engines.equivalence)
        answer = await Run(world.order(kind(), 4), engines, Recorder("t", frozenset())).answer()

    assert answer.chosen.text == "short"
    laws.assert_exact(world, answer.ledger)
    assert answer.ledger.aborted_tokens == 12
    assert world.quiet


@kinds
async def test_hasty_ones_keep_the_laws_too(kind: type[Algorithm]):
    await laws.hold(kind(), lambda: World(SAID), samples=6)


async def test_an_algorithm_that_hides_its_needs_is_told_so():
    with pytest.raises(Exception, match="without declaring"):
        await World(["4"]).solve(Silent(), 2)


async def test_an_algorithm_that_takes_back_what_it_committed_is_told_so():
    with pytest.raises(Exception, match="took back"):
        await World(["4"]).solve(Fickle(), 2)


def test_needs_are_declared_by_kind():
    assert Hasty.needs == frozenset()
    assert HastyJudge.needs == {Need.REWARD}
