"""What a generator reports of alternatives becomes the confidence of each token, and reaches the algorithm."""

from contextlib import aclosing
from dataclasses import replace
from typing import ClassVar

import pytest

from its.generator.v1 import generator_pb2 as pb
from its_orchestrator.algorithms import Algorithm
from its_orchestrator.candidate import Choice
from its_orchestrator.clients import generation
from its_orchestrator.context import Context
from its_orchestrator.testing import Fault, World


class Watchful(Algorithm):
    """Stop each of two samples, alone, when its confidence is below 1."""

    name: ClassVar[str] = "watchful"
    summary: ClassVar[str] = "Stop each sample when its confidence is below 1."
    source: ClassVar[str] = "none"
    budget_meaning: ClassVar[str] = "parallel generations"

    async def solve(self, ctx: Context) -> Choice:
        source = ctx.sample(ctx.samples, alternatives=3, doubt=lambda confidences: min(confidences) < 1)
        async with aclosing(source) as arriving:
            candidates = [one async for one in arriving]
        return Choice(candidates[0], tuple(candidates))


def confidences(*tops: list[float]) -> tuple[float, ...]:
    delta = pb.Delta(token_ids=[1] * len(tops), top_logprobs=[pb.TopLogprobs(logprobs=top) for top in tops])
    return generation.batch(pb.GenerateResponse(deltas=[delta])).deltas[0].confidences


def test_a_tokens_confidence_is_minus_the_mean_of_its_alternatives():
    assert confidences([-0.5, -1.5], [-8.0, -2.0, -2.0]) == pytest.approx((1.0, 4.0))


def test_without_alternatives_there_is_no_confidence():
    assert confidences() == ()
    assert confidences([]) == (0.0,)


def test_an_impossible_alternative_leaves_the_confidence_finite():
    assert confidences([0.0, float("-inf")]) == (50.0,)


async def test_a_request_for_more_alternatives_than_the_algorithm_wants_is_kept():
    world = World(["4"])
    for logprobs in (None, 0, 5):
        await world.run(replace(world.order(Watchful(), 2), logprobs=logprobs))

    assert [one.logprobs for one in world.generator.generations] == [3, 3, 3, 3, 5, 5]


async def test_what_may_be_stopped_alone_has_a_call_of_its_own_and_reports_now_and_then():
    world = World(["4" * 40])
    await world.solve(Watchful(), 3)

    assert [one.branches[0].count for one in world.generator.generations] == [1, 1, 1]
    assert {one.flush_every for one in world.generator.generations} == {16}


async def test_a_broken_call_goes_on_where_it_broke_and_is_still_watched():
    said = "." * 20 + "?" * 40
    world = World([said], confidence=lambda token: 0.0 if token == "?" else 2.0, faults={0: Fault.BREAKS})
    result = await world.solve(Watchful(), 2)

    assert [one.text for one in result.answer.candidates] == [said[:32]] * 2
