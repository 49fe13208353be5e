"""Solve over real gRPC: every algorithm answers, events come as asked for, and the sums are the engines'."""

import json

import pytest
from google.protobuf import struct_pb2

from its.chat.v1 import sampling_pb2
from its.generator.v1 import generator_pb2
from its.orchestrator.v1 import answer_pb2
from its.orchestrator.v1 import orchestrator_pb2 as pb
from its_orchestrator.testing import Fault, World

SAID = ["1+1\n\nis 2\n\n\\boxed{2}", "1+1\n\nis 3\n\n\\boxed{3}", "so\n\n\\boxed{2.0}"]
NAMES = ["self-consistency", "best-of-n", "beam-search", "particle-filtering"]


def judge(text: str) -> float:
    return 0.1 if "3" in text else 0.9


def world(**script) -> World:
    return World(SAID, judge=judge, **script)


def parameters(**values) -> struct_pb2.Struct:
    struct = struct_pb2.Struct()
    struct.update(values)
    return struct


@pytest.mark.parametrize("name", NAMES)
async def test_every_algorithm_answers_and_its_ledger_is_what_the_engines_told(orchestrate, name):
    toy = world()
    async with orchestrate(toy) as its:
        solved = await its.solve(algorithm=name, samples=8)

    ledger = solved.answer.ledger
    assert solved.text in SAID
    assert solved.answer.algorithm == name
    assert solved.answer.stopped_by == answer_pb2.STOPPED_BY_COMPLETED
    assert ledger.completion_tokens == sum(used.completion_tokens for used in toy.generator.reported)
    assert ledger.prompt_tokens == sum(used.prompt_tokens for used in toy.generator.reported)
    assert ledger.reward_tokens == sum(used.prompt_tokens for used in toy.reward.reported)
    assert ledger.answer_tokens + ledger.discarded_tokens + ledger.aborted_tokens == ledger.completion_tokens
    assert [one.chosen for one in solved.answer.candidates].count(True) == 1


@pytest.mark.parametrize("name", NAMES)
async def test_the_same_seed_gives_the_same_answer_and_says_so(orchestrate, name):
    async with orchestrate(world()) as its:
        first, second = [
            await its.solve(algorithm=name, samples=5, sampling=sampling_pb2.Sampling(seed=7)) for _ in range(2)
        ]

    assert first.answer.seed == 7
    assert first.answer.candidates == second.answer.candidates


async def test_candidates_tell_the_confidence_that_votes_go_by_and_scores_their_range(orchestrate):
    async with orchestrate(world()) as its:
        voted, scored = [await its.solve(algorithm=name, samples=4) for name in ("self-consistency", "best-of-n")]

    assert all(one.HasField("confidence") and one.confidence <= 0 for one in voted.answer.candidates)
    assert not any(one.HasField("confidence") for one in scored.answer.candidates)
    assert not voted.answer.HasField("score_range")
    assert (scored.answer.score_range.low, scored.answer.score_range.high) == (0, 1)


async def test_a_sample_budget_is_one_call_of_the_generator(orchestrate):
    toy = world()
    async with orchestrate(toy) as its:
        await its.solve(algorithm="self-consistency", samples=64)

    assert [sum(branch.count for branch in one.branches) for one in toy.generator.generations] == [64]


async def test_one_sample_asks_no_reward_model(orchestrate):
    toy = world()
    async with orchestrate(toy) as its:
        solved = await its.solve(algorithm="best-of-n", samples=1)

    assert not toy.reward.scorings
    assert solved.answer.ledger.samples == 1


async def test_detail_answer_tells_only_committed_text_and_the_answer(orchestrate):
    async with orchestrate(world()) as its:
        solved = await its.solve(algorithm="best-of-n", samples=4, detail=pb.DETAIL_ANSWER)

    assert {event.WhichOneof("kind") for event in solved.events} == {"committed", "answer"}
    assert "".join(event.committed.text for event in solved.of("committed")) == solved.text


async def test_detail_progress_tells_how_far_a_search_is(orchestrate):
    async with orchestrate(world()) as its:
        solved = await its.solve(algorithm="beam-search", samples=4, detail=pb.DETAIL_PROGRESS)

    assert solved.events[0].started.algorithm == "beam-search"
    assert [event.progress.rounds for event in solved.of("progress")] == [1, 2, 3]
    assert not solved.of("step")


async def test_detail_all_tells_every_step_score_and_end(orchestrate):
    async with orchestrate(world()) as its:
        solved = await its.solve(algorithm="particle-filtering", samples=4, detail=pb.DETAIL_ALL)

    assert {"started", "step", "scored", "resampled", "ended", "answer"} <= {
        event.WhichOneof("kind") for event in solved.events
    }
    assert [event.index for event in solved.events] == list(range(len(solved.events)))


async def test_one_sample_streams_its_tokens_as_they_come(orchestrate):
    async with orchestrate(world()) as its:
        solved = await its.solve(algorithm="self-consistency", samples=1, detail=pb.DETAIL_ANSWER)

    assert len(solved.of("committed")) > 5
    assert "".join(event.committed.text for event in solved.of("committed")) == solved.text


async def test_a_trace_holds_every_event_of_a_run_that_ended(orchestrate):
    async with orchestrate(world()) as its:
        solved = await its.solve(algorithm="best-of-n", samples=4, detail=pb.DETAIL_ALL)
        trace = await its.stub.GetTrace(pb.GetTraceRequest(trace_id=solved.events[0].trace_id))

    assert list(trace.events) == solved.events


async def test_parameters_come_back_with_their_defaults(orchestrate):
    async with orchestrate(world()) as its:
        solved = await its.solve(algorithm="beam-search", samples=4, parameters=parameters(beam_width=2))

    reported = json.loads(solved.answer.parameters_json)
    assert reported["beam_width"] == 2
    assert reported["max_steps"] == 40


async def test_log_probabilities_are_reported_when_asked_for(orchestrate):
    async with orchestrate(world()) as its:
        asked = await its.solve(samples=2, logprobs=sampling_pb2.LogprobOptions(top=0))
        silent = await its.solve(samples=2)

    assert len(asked.answer.logprobs) == asked.answer.ledger.answer_tokens
    assert not silent.answer.logprobs


async def test_max_tokens_cuts_every_answer_truly(orchestrate):
    async with orchestrate(world()) as its:
        solved = await its.solve(algorithm="beam-search", samples=4, sampling=sampling_pb2.Sampling(max_tokens=7))

    assert solved.answer.stop_reason == generator_pb2.STOP_REASON_LENGTH
    assert {one.completion_tokens for one in solved.answer.candidates} == {7}


async def test_plain_text_can_be_asked(orchestrate):
    toy = world()
    async with orchestrate(toy) as its:
        solved = await its.solve(text="1+1=", samples=2)

    assert toy.generator.generations[0].prompt == "1+1="
    assert solved.answer.prompt_tokens == 4


async def test_a_search_sends_its_prompt_as_tokens_after_the_first_call(orchestrate):
    toy = world()
    async with orchestrate(toy) as its:
        await its.solve(text="1+1=", algorithm="beam-search", samples=4)

    assert [one.prompt_token_ids for one in toy.generator.generations] == [(), *[tuple(map(ord, "1+1="))] * 2]


async def test_one_failed_score_loses_no_other_and_is_an_event(orchestrate):
    async with orchestrate(world(reward_faults={0: Fault.NAN})) as its:
        solved = await its.solve(algorithm="best-of-n", samples=16, detail=pb.DETAIL_PROGRESS)

    assert solved.answer.stopped_by == answer_pb2.STOPPED_BY_FAILURES
    assert "toy-reward" in solved.of("failure")[0].failure.message
    assert "nan" in solved.of("failure")[0].failure.message
