"""What every call passes on its way in, and every error on its way out."""

import asyncio
from contextlib import aclosing

import grpc
import pytest
from structlog.testing import capture_logs

from its.reward.v1 import reward_pb2 as pb
from its_runtime.calls import response, responses
from its_runtime.errors import Internal, InvalidRequest, NotFound, Overloaded, Violation


async def refuse(request, context):
    raise NotFound("no reward model is called 'x'; there are ['its-tiny-reward']")


async def surprise(request, context):
    raise ValueError("the password is swordfish")


async def cancel_itself(request, context):
    raise asyncio.CancelledError


async def refuse_midway(requests, context):
    async for request in requests:
        yield pb.ScoreStreamResponse(request_id=request.batch.request_id)
        raise NotFound("no reward model is called 'y'")


async def surprise_midway(requests, context):
    async for request in requests:
        yield pb.ScoreStreamResponse(request_id=request.batch.request_id)
        raise ValueError("the password is swordfish")


async def one(request: pb.ScoreRequest):
    yield pb.ScoreStreamRequest(batch=request)


async def collect(stub, requests) -> list[str]:
    async with aclosing(responses(stub.ScoreStream(requests, timeout=10), "the reward service")) as answers:
        return [answer.request_id async for answer in answers]


async def test_a_bad_request_is_refused_with_the_name_of_every_field(serve):
    async with serve() as service:
        with pytest.raises(InvalidRequest) as refused:
            await response(service.stub.Score(pb.ScoreRequest(), timeout=10), "the reward service")

    assert {violation.field for violation in refused.value.violations} == {"request_id", "prompt", "trajectories"}


async def test_a_bad_request_does_not_reach_the_handler(serve):
    reached = []

    async def score(request, context):
        reached.append(request)
        return pb.ScoreResponse()

    async with serve(score) as service:
        with pytest.raises(InvalidRequest):
            await response(service.stub.Score(pb.ScoreRequest(), timeout=10), "the reward service")

    assert reached == []


async def test_a_bad_message_ends_a_stream_with_its_field(serve, batch):
    batch.trajectories[0].id = ""
    async with serve() as service:
        with pytest.raises(InvalidRequest) as refused:
            await collect(service.stub, one(batch))

    assert [violation.field for violation in refused.value.violations] == ["batch.trajectories[0].id"]


async def test_our_errors_keep_class_and_message(serve, batch):
    async with serve(refuse) as service:
        with pytest.raises(NotFound, match="there are \\['its-tiny-reward'\\]"):
            await response(service.stub.Score(batch, timeout=10), "the reward service")


async def test_our_errors_keep_class_and_message_after_the_first_message_of_a_stream(serve, batch):
    async with serve(stream=refuse_midway) as service:
        with pytest.raises(NotFound, match="'y'"):
            await collect(service.stub, one(batch))


async def test_our_errors_keep_their_violations(serve, batch):
    async def score(request, context):
        raise InvalidRequest.field("model", "is not one of ['a']")

    async with serve(score) as service:
        with pytest.raises(InvalidRequest) as refused:
            await response(service.stub.Score(batch, timeout=10), "the reward service")

    assert refused.value.violations == (Violation("model", "is not one of ['a']"),)


async def test_a_surprise_is_logged_here_and_masked_there(serve, batch):
    async with serve(surprise) as service:
        with capture_logs() as logs, pytest.raises(Internal) as failed:
            await response(service.stub.Score(batch, timeout=10), "the reward service")

    assert "swordfish" not in failed.value.message
    assert [str(log["exc_info"]) for log in logs if log["log_level"] == "error"] == ["the password is swordfish"]


async def test_a_surprise_in_a_stream_is_masked_too(serve, batch):
    async with serve(stream=surprise_midway) as service:
        with capture_logs() as logs, pytest.raises(Internal) as failed:
            await collect(service.stub, one(batch))

    assert "swordfish" not in failed.value.message
    assert any("swordfish" in str(log.get("exc_info")) for log in logs)


async def test_a_handler_that_cancels_itself_is_an_error_and_not_silence(serve, batch):
    async with serve(cancel_itself) as service:
        with capture_logs(), pytest.raises(Internal):
            await response(service.stub.Score(batch, timeout=10), "the reward service")


async def test_an_abort_of_the_handler_itself_passes_untouched(serve, batch):
    async def score(request, context):
        await context.abort(grpc.StatusCode.NOT_FOUND, "as it was said")

    async with serve(score) as service:
        with pytest.raises(NotFound, match="as it was said"):
            await response(service.stub.Score(batch, timeout=10), "the reward service")


async def test_the_handlers_generator_is_closed_when_the_client_leaves(serve, batch):
    closed = asyncio.Event()

    async def endless(requests, context):
        try:
            async for request in requests:
                while True:
                    yield pb.ScoreStreamResponse(request_id=request.batch.request_id)
                    await asyncio.sleep(0)
        finally:
            closed.set()

    async with serve(stream=endless) as service:
        async with aclosing(responses(service.stub.ScoreStream(one(batch), timeout=10), "reward")) as answers:
            await anext(answers)
        await asyncio.wait_for(closed.wait(), 10)


async def test_the_handler_is_cancelled_when_a_unary_caller_leaves(serve, batch):
    started, ended = asyncio.Event(), asyncio.Event()

    async def endless(request, context):
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async with serve(endless) as service:
        task = asyncio.create_task(response(service.stub.Score(batch, timeout=10), "reward"))
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(ended.wait(), 10)


async def test_a_call_beyond_the_limit_is_refused_with_a_time_to_try_again(serve, batch):
    started, finish = asyncio.Event(), asyncio.Event()

    async def slow(request, context):
        started.set()
        await finish.wait()
        return pb.ScoreResponse()

    async with serve(slow, max_concurrent_calls=1) as service:
        first = asyncio.create_task(response(service.stub.Score(batch, timeout=10), "reward"))
        await started.wait()
        with pytest.raises(Overloaded, match="1 calls are running") as refused:
            await response(service.stub.Score(batch, timeout=10), "reward")
        finish.set()
        await first
        await response(service.stub.Score(batch, timeout=10), "reward")

    assert refused.value.retry_after == 1.0


async def test_many_batches_of_one_stream_come_back(serve, batch):
    async def many():
        for number in range(5):
            batch.request_id = str(number)
            yield pb.ScoreStreamRequest(batch=batch)

    async with serve() as service:
        assert await collect(service.stub, many()) == ["0", "1", "2", "3", "4"]
