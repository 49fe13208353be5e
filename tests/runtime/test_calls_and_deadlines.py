"""Calls end with our errors, stop with their caller, and pass on what is left of a deadline."""

import asyncio
from contextlib import aclosing

import pytest

from its.reward.v1 import reward_pb2 as pb
from its.reward.v1.reward_pb2_grpc import RewardServiceStub
from its_runtime.calls import response, responses
from its_runtime.channel import open_channel
from its_runtime.deadline import MARGIN, remaining
from its_runtime.errors import Cancelled, DeadlinePassed, Unavailable


async def forever(request, context):
    await asyncio.Event().wait()


def reporting(found: list):
    async def score(request, context):
        found.append(remaining(context))
        return pb.ScoreResponse()

    return score


async def never():
    await asyncio.Event().wait()
    yield pb.ScoreStreamRequest()


async def test_a_hop_passes_on_less_than_it_was_given(serve, batch):
    found = []
    async with serve(reporting(found)) as service:
        await response(service.stub.Score(batch, timeout=60), "reward")

    assert 0 < found[0] <= 60 - MARGIN


async def test_a_caller_without_a_deadline_waits_for_ever(serve, batch):
    found = []
    async with serve(reporting(found)) as service:
        await response(service.stub.Score(batch), "reward")

    assert found == [None]


async def test_a_deadline_shorter_than_the_margin_leaves_nothing_rather_than_less():
    class Context:
        def time_remaining(self):
            return MARGIN / 2

    assert remaining(Context()) == 0


async def test_a_deadline_that_passes_is_our_error(serve, batch):
    async with serve(forever) as service:
        with pytest.raises(DeadlinePassed, match="the reward service"):
            await response(service.stub.Score(batch, timeout=0.1), "the reward service")


async def test_a_deadline_that_passes_in_a_stream_is_our_error(serve):
    async with serve() as service:
        call = service.stub.ScoreStream(never(), timeout=0.1)
        with pytest.raises(DeadlinePassed, match="the reward service"):
            await anext(responses(call, "the reward service"))


async def test_nobody_there_is_unavailable_and_names_the_service(serve, batch):
    async with serve() as service:
        port = service.port
    async with open_channel(f"127.0.0.1:{port}") as channel:
        with pytest.raises(Unavailable, match="the reward service"):
            await response(RewardServiceStub(channel).Score(batch, timeout=10), "the reward service")


async def test_closing_the_channel_under_a_call_is_an_error_and_no_cancellation(serve, batch):
    started = asyncio.Event()

    async def score(request, context):
        started.set()
        await asyncio.Event().wait()

    async with serve(score) as service:
        call = asyncio.create_task(response(service.stub.Score(batch, timeout=10), "the reward service"))
        await started.wait()
        await service.channel.close()
        with pytest.raises(Cancelled, match="the reward service"):
            await call


async def test_cancelling_the_reading_task_stays_a_cancellation(serve):
    async def read(stub):
        async with aclosing(responses(stub.ScoreStream(never(), timeout=10), "the reward service")) as answers:
            return [answer async for answer in answers]

    async with serve() as service:
        reading = asyncio.create_task(read(service.stub))
        await asyncio.sleep(0)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
