"""Traps of retries: a large request is never tried again unless the buffer holds it; a begun stream never is."""

import pytest
from grpc import StatusCode, aio

from its.generator.v1 import generator_pb2 as pb
from its_runtime.calls import response, responses
from its_runtime.channel import OPTIONS
from its_runtime.errors import Unavailable

LARGE = pb.TokenizeRequest(text="x" * 300_000)


class FirstFails:
    """Fails its first attempt; counts them all."""

    def __init__(self):
        self.attempts = 0

    async def __call__(self, request, context):
        self.attempts += 1
        if self.attempts == 1:
            await context.abort(StatusCode.UNAVAILABLE, "restarting")
        return pb.TokenizeResponse()


class BreaksAfter:
    """A stream that breaks after some messages on its first attempt; counts attempts."""

    def __init__(self, messages: int):
        self.messages, self.attempts = messages, 0

    async def __call__(self, request, context):
        self.attempts += 1
        if self.attempts > 1:
            self.messages = 3
        for _ in range(self.messages):
            yield pb.GenerateResponse()
        if self.attempts == 1:
            await context.abort(StatusCode.UNAVAILABLE, "the engine died")


async def read_into(answers: list, stream) -> None:
    async for answer in stream:
        answers.append(answer)  # noqa: PERF401  (what came before an error counts)


async def test_a_request_over_256_kib_is_not_retried_by_default(ours, dial):
    flaky = FirstFails()
    without = [option for option in OPTIONS if option[0] != "grpc.per_rpc_retry_buffer_size"]
    async with ours(tokenize=flaky) as port, dial(port, without) as stub:
        with pytest.raises(aio.AioRpcError, match="restarting"):
            await stub.Tokenize(LARGE, timeout=10)

    assert flaky.attempts == 1


async def test_a_request_over_256_kib_is_retried_by_our_channels(ours, dial):
    flaky = FirstFails()
    async with ours(tokenize=flaky) as port, dial(port, OPTIONS) as stub:
        await response(stub.Tokenize(LARGE, timeout=10), "generator")

    assert flaky.attempts == 2


async def test_a_stream_is_retried_before_its_first_message(ours, dial, question):
    breaking = BreaksAfter(0)
    async with ours(breaking) as port, dial(port, OPTIONS) as stub:
        answers = [answer async for answer in responses(stub.Generate(question, timeout=10), "generator")]

    assert (len(answers), breaking.attempts) == (3, 2)


async def test_a_stream_is_never_retried_after_its_first_message_and_the_client_sees_why(ours, dial, question):
    breaking, answers = BreaksAfter(2), []
    async with ours(breaking) as port, dial(port, OPTIONS) as stub:
        with pytest.raises(Unavailable, match="the engine died"):
            await read_into(answers, responses(stub.Generate(question, timeout=10), "generator"))

    assert (len(answers), breaking.attempts) == (2, 1)


async def test_an_error_of_the_caller_is_not_retried(ours, dial):
    attempts = []

    async def refuse(request, context):
        attempts.append(request)
        await context.abort(StatusCode.INVALID_ARGUMENT, "no")

    async with ours(tokenize=refuse) as port, dial(port, OPTIONS) as stub:
        with pytest.raises(aio.AioRpcError, match="INVALID_ARGUMENT"):
            await stub.Tokenize(LARGE, timeout=10)

    assert len(attempts) == 1
