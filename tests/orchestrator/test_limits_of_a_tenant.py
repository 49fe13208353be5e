"""What a tenant may do, over real gRPC: counted for all callers together, refused before anything is spent."""

import asyncio
import math

import grpc
import pytest
from google.rpc import error_details_pb2
from grpc import aio
from grpc_status import rpc_status

from its.chat.v1 import chat_pb2 as chat
from its.chat.v1 import sampling_pb2
from its.orchestrator.v1 import orchestrator_pb2 as pb
from its_orchestrator.testing import Fault, World

SAID = ["one\n\ntwo\n\n\\boxed{3}"]
NAMES = ["self-consistency", "best-of-n", "beam-search", "particle-filtering", "deepconf"]
ONE_A_MINUTE = pb.Limits(tokens_per_minute=1, concurrent=1)


def limits(**fields):
    return pb.Limits(**fields)


async def until(condition) -> None:
    """Wait for a state; pytest's own timeout is the limit."""
    while not condition():  # noqa: ASYNC110  (the other side of a socket sets no event of ours)
        await asyncio.sleep(0.005)


async def told(call) -> dict[str, str]:
    """Return what a call says of its tenant's limits."""
    return {name: str(value) for name, value in await call.initial_metadata() if name.startswith("x-ratelimit")}


async def refusal(call) -> tuple[aio.AioRpcError, str, float]:
    """Return the error of a call, the reason it names, and after how many seconds to come back."""
    with pytest.raises(aio.AioRpcError) as caught:
        async for _ in call:
            pass
    info, retry = error_details_pb2.ErrorInfo(), error_details_pb2.RetryInfo()
    for detail in rpc_status.from_call(caught.value).details:
        _ = detail.Unpack(info) or detail.Unpack(retry)
    return caught.value, info.reason, retry.retry_delay.ToNanoseconds() / 1e9


async def test_beyond_its_requests_a_minute_a_tenant_is_told_which_limit_it_is_and_when_to_come_back(
    orchestrate, capsys
):
    toy = World(SAID)
    async with orchestrate(toy) as its:
        one = {"samples": 1, "tenant": "a", "limits": limits(requests_per_minute=1)}
        first = its.call(**one)
        before = await told(first)
        await its.solve(**one | {"tenant": "b"})
        refused = its.call(**one)
        after, (error, reason, seconds) = await told(refused), await refusal(refused)

    assert before["x-ratelimit-limit-requests"] == "1"
    assert before["x-ratelimit-remaining-requests"] == after["x-ratelimit-remaining-requests"] == "0"
    assert before["x-ratelimit-reset-requests"].endswith("s")
    assert (error.code(), reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "REQUESTS_PER_MINUTE")
    assert 0 < seconds <= 60
    assert len(toy.generator.generations) == 2
    assert "limit=requests_per_minute" in capsys.readouterr().out


async def test_a_request_without_limits_is_told_nothing_and_counts_nowhere(orchestrate):
    async with orchestrate(World(SAID)) as its:
        free = its.call(samples=1, tenant="a")
        nothing = await told(free)
        counted = its.call(samples=1, tenant="a", limits=limits(requests_per_minute=9))
        left = await told(counted)

    assert nothing == {}
    assert left["x-ratelimit-remaining-requests"] == "8"


async def test_what_can_not_be_run_is_not_counted(orchestrate):
    async with orchestrate(World(SAID)) as its:
        asked = {"samples": 1, "limits": limits(requests_per_minute=2)}
        unknown = its.call(model="nobody", **asked)
        error, reason, _ = await refusal(unknown)
        left = await told(its.call(**asked))

    assert (error.code(), reason) == (grpc.StatusCode.NOT_FOUND, "NOT_FOUND")
    assert left["x-ratelimit-remaining-requests"] == "1"


async def test_whoever_may_ask_nothing_now_is_told_so_before_anything_is_looked_at(orchestrate):
    async with orchestrate(World(SAID)) as its:
        asked = {"samples": 1, "limits": limits(requests_per_minute=1)}
        await its.solve(**asked)
        refused = its.call(model="nobody", **asked)
        left, (_, reason, _) = await told(refused), await refusal(refused)

    assert (reason, left["x-ratelimit-remaining-requests"]) == ("REQUESTS_PER_MINUTE", "0")


async def test_one_request_too_many_at_once_is_refused_until_another_has_ended(orchestrate):
    toy = World(SAID, faults={0: Fault.STALLS})
    async with orchestrate(toy) as its:
        asked = {"samples": 1, "tenant": "a", "limits": limits(concurrent=1)}
        running = its.call(**asked)
        await until(lambda: toy.generator.running)
        _, reason, seconds = await refusal(its.call(**asked))
        running.cancel()
        await until(lambda: toy.quiet)
        answers = [(await its.solve(**asked)).text for _ in range(3)]

    assert (reason, seconds) == ("CONCURRENT", 1)
    assert answers == SAID * 3


async def test_tokens_that_are_not_there_are_refused_before_anything_is_spent(orchestrate):
    toy = World(SAID)
    async with orchestrate(toy) as its:
        asked = {"limits": limits(tokens_per_minute=1000), "sampling": sampling_pb2.Sampling(max_tokens=400)}
        await its.solve(samples=1, **asked)
        error, reason, _ = await refusal(its.call(samples=3, **asked))

    assert reason == "TOKENS_PER_MINUTE"
    assert "1000 tokens a minute" in str(error.details())
    assert len(toy.generator.generations) == 1


@pytest.mark.parametrize(("name", "stuck"), [*((one, 0) for one in NAMES), ("beam-search", 1), ("dvts", 2)])
@pytest.mark.parametrize("fault", [Fault.STALLS, Fault.HANGS])
async def test_a_run_that_is_left_costs_what_the_engine_reports(orchestrate, name, stuck, fault):
    toy = World(SAID, faults={stuck: fault})
    async with orchestrate(toy) as its:
        left = its.call(algorithm=name, samples=8, limits=ONE_A_MINUTE)
        await until(lambda: len(toy.generator.generations) > stuck)
        left.cancel()
        await until(lambda: toy.quiet)

        assert await owed(its) == used(toy)
    assert len(toy.generator.reported) == len(toy.generator.generations)


async def test_a_run_that_fails_costs_what_was_used_until_then(orchestrate):
    toy = World(["a\n\nb"] * 2, faults={1: Fault.REFUSES})
    async with orchestrate(toy) as its:
        with pytest.raises(aio.AioRpcError, match="refuses"):
            await its.solve(algorithm="beam-search", samples=2, limits=ONE_A_MINUTE)

        assert await owed(its) == used(toy) > 0


async def test_several_calls_of_one_request_are_one_and_cost_what_all_of_them_use(orchestrate):
    toy = World(SAID)
    async with orchestrate(toy) as its:
        most = limits(concurrent=1, requests_per_minute=1, tokens_per_minute=1, request="a", calls=3)
        await asyncio.gather(*(its.solve(samples=2, limits=most) for _ in range(3)))

        assert await owed(its) == used(toy)


async def test_a_pipeline_that_is_left_costs_what_the_engine_reports(orchestrate):
    toy = World(SAID, faults={1: Fault.STALLS})
    stage = pb.PipelineStage(type="its_algorithm")
    stage.config.update({"algorithm": "beam-search", "samples": 4})
    asked = chat.Message(role=chat.ROLE_USER, content=[chat.ContentPart(text="1+1?")])
    conversation = chat.Conversation(messages=[asked])
    request = pb.RunPipelineRequest(request_id="r", stages=[stage], conversation=conversation, limits=ONE_A_MINUTE)
    async with orchestrate(toy) as its:
        left = its.stub.RunPipeline(request, timeout=20)
        await until(lambda: len(toy.generator.generations) > 1)
        left.cancel()

        assert await owed(its) == used(toy) > 0
    assert len(toy.generator.reported) == 2


async def test_a_function_that_is_not_there_is_not_counted(orchestrate):
    async with orchestrate(World(SAID)) as its:
        most = limits(requests_per_minute=2)
        request = pb.RunFunctionRequest(request_id="r", function="nobody", limits=most)
        error, _, _ = await refusal(its.stub.RunFunction(request, timeout=20))
        left = await told(its.call(samples=1, limits=most))

    assert error.code() == grpc.StatusCode.NOT_FOUND
    assert left["x-ratelimit-remaining-requests"] == "1"


def used(toy: World) -> int:
    return sum(one.prompt_tokens + one.completion_tokens for one in toy.generator.reported)


async def owed(its) -> int:
    """Return how many tokens a tenant has used that may use one a minute: each takes a minute to come again."""
    reason = "CONCURRENT"
    while reason == "CONCURRENT":  # a run that was left has still to hear what it used
        refused = its.call(samples=1, limits=ONE_A_MINUTE)
        seconds, reason = (await told(refused))["x-ratelimit-reset-tokens"], (await refusal(refused))[1]
    return math.ceil(float(seconds.removesuffix("s")) / 60)
