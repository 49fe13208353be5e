"""Runs end when their time, their tokens or their caller's patience do, and nothing goes on below."""

import asyncio

import grpc
import pytest
from grpc import aio

from its.generator.v1 import generator_pb2
from its.orchestrator.v1 import answer_pb2
from its.orchestrator.v1 import orchestrator_pb2 as pb
from its_orchestrator.testing import Fault, World

SAID = ["one\n\ntwo\n\n\\boxed{3}"]
NAMES = ["self-consistency", "best-of-n", "beam-search", "particle-filtering"]


async def until(condition) -> None:
    """Wait for a state; pytest's own timeout is the limit."""
    while not condition():  # noqa: ASYNC110  (the other side of a socket sets no event of ours)
        await asyncio.sleep(0.005)


@pytest.mark.parametrize("name", NAMES)
async def test_a_caller_who_leaves_stops_the_engines_work(orchestrate, name):
    toy = World(SAID, faults={0: Fault.STALLS})
    async with orchestrate(toy) as its:
        call = its.call(algorithm=name, samples=4)
        await until(lambda: toy.generator.running)
        call.cancel()
        await until(lambda: toy.quiet)

    assert not toy.generator.running


async def test_a_caller_who_leaves_while_scores_are_waited_for_stops_them(orchestrate):
    toy = World(SAID, reward_faults=dict.fromkeys(range(9), Fault.STALLS))
    async with orchestrate(toy) as its:
        call = its.call(algorithm="best-of-n", samples=4)
        await until(lambda: toy.reward.running)
        call.cancel()
        await until(lambda: toy.quiet)

    assert not toy.reward.running


@pytest.mark.parametrize("name", ["beam-search", "particle-filtering"])
async def test_before_the_deadline_the_best_so_far_is_returned(orchestrate, name):
    toy = World(SAID, faults={2: Fault.STALLS})
    async with orchestrate(toy) as its:
        solved = await its.solve(algorithm=name, samples=4, timeout=2)

    assert solved.answer.stopped_by == answer_pb2.STOPPED_BY_SECONDS
    assert solved.text == "one\n\ntwo\n\n"
    assert toy.quiet


async def test_a_budget_of_seconds_returns_what_was_written(orchestrate):
    toy = World(SAID, reward_faults={0: Fault.STALLS})
    async with orchestrate(toy) as its:
        budget = answer_pb2.Budget(samples=4, seconds=2)
        solved = await its.solve(algorithm="best-of-n", budget=budget)

    assert solved.answer.stopped_by == answer_pb2.STOPPED_BY_SECONDS
    assert solved.text == SAID[0]


async def test_a_budget_of_tokens_returns_what_was_written(orchestrate):
    toy = World(["a\n\n" * 40])
    async with orchestrate(toy) as its:
        budget = answer_pb2.Budget(samples=4, tokens=50)
        solved = await its.solve(algorithm="particle-filtering", budget=budget)

    assert solved.answer.stopped_by == answer_pb2.STOPPED_BY_TOKENS
    assert solved.answer.ledger.completion_tokens <= 50


async def test_a_stalled_generator_is_an_error_when_the_time_is_up(orchestrate):
    toy = World(SAID, faults={0: Fault.STALLS})
    async with orchestrate(toy) as its:
        with pytest.raises(aio.AioRpcError, match="before anything was written") as caught:
            await its.solve(samples=4, timeout=1.5)
        await until(lambda: toy.quiet)

    assert caught.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED


async def test_stopped_calls_tell_what_they_used_and_the_ledger_has_it(orchestrate):
    toy = World(SAID, faults={1: Fault.STALLS})
    async with orchestrate(toy) as its:
        solved = await its.solve(algorithm="beam-search", samples=4, timeout=2)

    ledger = solved.answer.ledger
    assert len(toy.generator.reported) == 2
    assert ledger.prompt_tokens == sum(used.prompt_tokens for used in toy.generator.reported)
    assert ledger.completion_tokens == sum(used.completion_tokens for used in toy.generator.reported)
    assert ledger.answer_tokens + ledger.discarded_tokens + ledger.aborted_tokens == ledger.completion_tokens


@pytest.mark.parametrize("name", ["self-consistency", "best-of-n"])
async def test_answers_that_ended_are_chosen_from_when_others_hang_and_the_rest_is_aborted(orchestrate, name):
    toy = World(["\\boxed{1}", "a long answer that never ends"], in_order=True, faults={0: Fault.HANGS})
    async with orchestrate(toy) as its:
        solved = await its.solve(algorithm=name, budget=answer_pb2.Budget(samples=4, seconds=2))

    ledger = solved.answer.ledger
    assert solved.text == "\\boxed{1}"
    assert solved.answer.stopped_by == answer_pb2.STOPPED_BY_SECONDS
    assert (ledger.answer_tokens, ledger.discarded_tokens, ledger.aborted_tokens) == (10, 10, 20)
    assert ledger.completion_tokens == sum(used.completion_tokens for used in toy.generator.reported)
    assert toy.quiet


async def test_one_sample_that_hangs_is_returned_as_far_as_it_came(orchestrate):
    toy = World(["four and five"], faults={0: Fault.HANGS})
    async with orchestrate(toy) as its:
        budget = answer_pb2.Budget(samples=1, seconds=2)
        solved = await its.solve(budget=budget, detail=pb.DETAIL_ANSWER)

    assert solved.text == "f"
    assert solved.answer.stop_reason == generator_pb2.STOP_REASON_UNSPECIFIED
    assert solved.answer.ledger.answer_tokens == solved.answer.ledger.completion_tokens == 1


async def test_other_runs_go_on_when_one_is_cancelled(orchestrate):
    toy = World(SAID, faults={0: Fault.STALLS})
    async with orchestrate(toy) as its:
        stuck = its.call(samples=4)
        await until(lambda: toy.generator.running)
        solved = await its.solve(samples=4)
        stuck.cancel()
        await until(lambda: toy.quiet)

    assert solved.text == SAID[0]


async def test_a_thousand_samples_by_sixteen_callers_with_faults_are_all_answered(orchestrate):
    toy = World(SAID, faults=dict.fromkeys(range(0, 64, 3), Fault.BREAKS))
    async with orchestrate(toy) as its:
        solved = await asyncio.gather(*(its.solve(samples=64) for _ in range(16)))

    assert {one.text for one in solved} == set(SAID)
    assert {len(one.answer.candidates) for one in solved} == {64}
    assert toy.quiet
