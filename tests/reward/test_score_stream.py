"""A stream of batches: answered as they are done, whatever happens to one of them."""

import asyncio

import grpc
import pytest
from grpc import aio

from its.reward.v1 import reward_pb2 as pb
from its_reward.aggregate import Aggregation
from its_reward.models import Models
from its_reward.overlap import overlapped
from its_reward.scorer import Capabilities
from its_reward.trajectory import Batch, Scored


class Patient:
    """A toy scorer that answers a batch when it is told to, by its prompt's text."""

    capabilities = Capabilities(scorer="rules", kind="outcome", default_aggregation=Aggregation.MODEL)

    def __init__(self) -> None:
        self.release = {name: asyncio.Event() for name in ("a", "b", "c")}
        self.running = asyncio.Semaphore(0)
        self.left = asyncio.Event()

    async def score(self, batch: Batch) -> list[Scored]:
        self.running.release()
        try:
            await self.release[batch.prompt.text].wait()
        except asyncio.CancelledError:
            self.left.set()
            raise
        return [Scored(1.0) for _ in batch.trajectories]


def batch(name: str, **fields: object) -> pb.ScoreStreamRequest:
    request = pb.ScoreRequest(request_id=name, text=name, **fields)
    request.trajectories.add(id="t").text.steps.append("x")
    return pb.ScoreStreamRequest(batch=request)


async def test_answers_come_in_the_order_they_are_done(serve_models):
    scorer = Patient()
    async with serve_models(Models({"toy": scorer})) as reward:
        call = reward.ScoreStream()
        for name in ("a", "b", "c"):
            await call.write(batch(name))
        order = []
        for name in ("c", "a", "b"):
            scorer.release[name].set()
            order.append((await call.read()).request_id)
        await call.done_writing()

        assert order == ["c", "a", "b"]
        assert await call.read() is aio.EOF


async def test_a_batch_that_fails_does_not_end_the_stream(serve_models):
    scorer = Patient()
    scorer.release["a"].set()
    async with serve_models(Models({"toy": scorer})) as reward:
        call = reward.ScoreStream(iter([batch("b", model="unknown"), batch("a")]))
        answers = {answer.request_id: answer async for answer in call}

    assert answers["b"].failure.code == grpc.StatusCode.NOT_FOUND.value[0]
    assert answers["a"].scores.scores[0].value == 1.0


async def test_a_stream_that_is_cancelled_stops_its_batches(serve_models):
    scorer = Patient()
    async with serve_models(Models({"toy": scorer})) as reward:
        call = reward.ScoreStream()
        await call.write(batch("a"))
        await scorer.running.acquire()
        call.cancel()

        await scorer.left.wait()


async def test_a_request_that_breaks_the_contract_ends_the_stream_after_the_answers_before_it(serve_models):
    scorer = Patient()
    scorer.release["a"].set()
    bad = batch("b")
    bad.batch.request_id = ""
    async with serve_models(Models({"toy": scorer})) as reward:
        call = reward.ScoreStream(iter([batch("a"), bad]))
        assert (await call.read()).request_id == "a"
        with pytest.raises(aio.AioRpcError) as caught:
            await call.read()

    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert "request_id" in caught.value.details()


async def test_a_stream_scores_as_single_calls_do(reward, asking, steps):
    single = [await reward.Score(asking(steps[:count])) for count in (1, 2, 3)]
    requests = [pb.ScoreStreamRequest(batch=asking(steps[:count])) for count in (1, 2, 3)]
    for number, request in enumerate(requests):
        request.batch.request_id = str(number)
    streamed = {answer.request_id: answer.scores async for answer in reward.ScoreStream(iter(requests))}

    for number, response in enumerate(single):
        assert streamed[str(number)].scores[0].value == pytest.approx(response.scores[0].value, abs=1e-5)


async def test_nothing_in_gives_nothing_out():
    async def none():
        return
        yield

    async def answer(_: object) -> object:
        raise AssertionError

    assert [one async for one in overlapped(none(), answer)] == []
