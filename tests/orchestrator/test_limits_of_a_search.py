"""Limits that hold over many calls: most and fewest tokens, the context, a call's own time."""

import asyncio
from dataclasses import replace

import pytest
from grpc import aio

from its.chat.v1 import sampling_pb2
from its_orchestrator.algorithms import BeamSearch, ParticleFiltering, SelfConsistency
from its_orchestrator.candidate import StopReason
from its_orchestrator.sampling import Sampling
from its_orchestrator.testing import Fault, World, virtual_time
from its_orchestrator.testing.world import MODEL

LONG = "ab\n\n" * 30


async def test_max_tokens_counts_over_all_steps():
    world = World([LONG])
    result = await world.run(world.order(BeamSearch(), 4, sampling=Sampling(max_tokens=10)))

    assert {one.tokens for one in result.answer.candidates} == {10}
    assert result.answer.chosen.stop_reason is StopReason.LENGTH
    assert result.text == LONG[:10]


async def test_min_tokens_counts_over_all_steps():
    world = World([LONG])
    await world.run(world.order(BeamSearch(max_steps=4), 4, sampling=Sampling(min_tokens=10)))

    assert [one.sampling.min_tokens for one in world.generator.generations] == [10, 6, 2, 0]


async def test_one_step_may_not_grow_without_end():
    world = World(["a" * 100])
    result = await world.solve(BeamSearch(max_step_tokens=20), 2)

    assert result.text == "a" * 20
    assert result.answer.chosen.stop_reason is StopReason.LENGTH


async def test_a_full_context_ends_an_answer_without_another_call():
    world = World([LONG], model=replace(MODEL, max_context=9))
    result = await world.solve(ParticleFiltering(), 2)

    assert len(world.generator.generations) == 2
    assert result.answer.chosen.stop_reason is StopReason.LENGTH
    assert result.text == LONG[:8]


async def test_unequal_answers_under_one_limit_go_on_together_and_each_to_its_own_end():
    world = World(["a\n\n" + "b" * 30, "aaaaaaaa\n\n" + "b" * 30])
    result = await world.run(world.order(BeamSearch(beam_width=16), 16, sampling=Sampling(max_tokens=20)))

    assert {one.tokens for one in result.answer.candidates} == {20}
    assert {len(one.steps) for one in result.answer.candidates} == {2}
    assert len(result.answer.candidates) == 16
    assert len(world.generator.generations) == 3


async def test_no_call_has_more_sequences_than_the_model_takes():
    world = World(["4"], model=replace(MODEL, max_sequences=3))
    result = await world.solve(SelfConsistency(), 8)

    assert [one.branches[0].count for one in world.generator.generations] == [3, 3, 2]
    assert len(result.answer.candidates) == 8
    assert world.quiet


async def test_leaving_several_calls_early_stops_them_all():
    world = World(["4"], model=replace(MODEL, max_sequences=2), faults=dict.fromkeys(range(4), Fault.HANGS))
    run = asyncio.create_task(world.solve(SelfConsistency(), 8))
    while len(world.generator.running) < 4:  # noqa: ASYNC110  (the world sets no event)
        await asyncio.sleep(0)
    run.cancel()
    await asyncio.wait({run})

    assert world.quiet


async def test_a_run_that_names_max_tokens_says_so_to_the_generator(orchestrate):
    toy = World(["4"])
    async with orchestrate(toy) as its:
        await its.solve(samples=2, sampling=sampling_pb2.Sampling(max_tokens=5, stop=["x"], logit_bias={3: 1.5}))
    sampling = toy.generator.generations[0].sampling

    assert (sampling.max_tokens, sampling.stop, sampling.logit_bias) == (5, ("x",), {3: 1.5})


async def test_a_call_without_a_deadline_still_has_the_orchestrators_own(orchestrate):
    toy = World(["4"], faults=dict.fromkeys(range(9), Fault.STALLS))
    async with orchestrate(toy, generate_seconds=0.3) as its:
        with pytest.raises(aio.AioRpcError, match="generator at"):
            await its.solve(samples=2, timeout=None)

    assert toy.quiet


async def test_a_stalled_reward_service_costs_its_own_time_not_the_run(orchestrate):
    toy = World(["four", "five"], in_order=True, reward_faults={0: Fault.STALLS})
    async with orchestrate(toy, score_seconds=0.3) as its:
        with pytest.raises(aio.AioRpcError, match="reward service at"):
            await its.solve(algorithm="best-of-n", samples=2, timeout=None)

    assert toy.quiet


@pytest.mark.parametrize("kind", [SelfConsistency, ParticleFiltering], ids=lambda kind: kind.name)
def test_what_was_written_before_the_first_end_is_returned_when_the_time_ends(kind):
    world = World(["a" * 100], faults={0: Fault.HANGS})
    result = virtual_time.run(world.solve(kind(), 4, seconds=1))

    assert result.text == "a" * 16
    assert result.answer.chosen.stop_reason is None
    assert world.quiet
