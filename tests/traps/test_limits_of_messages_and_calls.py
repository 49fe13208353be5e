"""Traps of limits: 4 MiB a message by default, and a limit of calls that makes a busy server look dead."""

import pytest
from grpc import aio
from grpc_health.v1 import health_pb2, health_pb2_grpc

from its.chat.v1.tokens_pb2 import TokenIds
from its.generator.v1 import generator_pb2 as pb
from its_runtime.calls import response, responses
from its_runtime.channel import OPTIONS
from its_runtime.errors import Overloaded

FIVE_MIB = pb.TokenizeRequest(text="x" * (5 << 20))
ALIVE = health_pb2.HealthCheckRequest()


async def answer_large(request, context):
    return pb.TokenizeResponse(tokens=TokenIds(ids=[1 << 31] * (1 << 20)))


async def test_a_bare_server_refuses_a_request_of_5_mib(bare, dial):
    async with bare() as port, dial(port, OPTIONS) as stub:
        with pytest.raises(aio.AioRpcError, match="larger than max"):
            await stub.Tokenize(FIVE_MIB, timeout=10)


async def test_our_servers_take_it(ours, dial):
    async with ours() as port, dial(port, OPTIONS) as stub:
        await response(stub.Tokenize(FIVE_MIB, timeout=10), "generator")


async def test_a_bare_channel_refuses_a_response_of_5_mib(ours, dial):
    async with ours(tokenize=answer_large) as port, dial(port) as stub:
        with pytest.raises(aio.AioRpcError, match="larger than max"):
            await stub.Tokenize(pb.TokenizeRequest(text="x"), timeout=10)


async def test_our_channels_take_it(ours, dial):
    async with ours(tokenize=answer_large) as port, dial(port, OPTIONS) as stub:
        answer = await response(stub.Tokenize(pb.TokenizeRequest(text="x"), timeout=10), "generator")

    assert len(answer.tokens.ids) == 1 << 20


async def test_maximum_concurrent_rpcs_refuses_health_checks_of_a_busy_server(bare, dial, waiting, question):
    stream = waiting()
    async with bare(stream, maximum_concurrent_rpcs=1) as port, dial(port) as stub:
        running = responses(stub.Generate(question, timeout=30), "generator")
        await anext(running)
        async with aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            with pytest.raises(aio.AioRpcError, match="RESOURCE_EXHAUSTED"):
                await health_pb2_grpc.HealthStub(channel).Check(ALIVE, timeout=10)
        await running.aclose()


async def test_our_limit_lets_health_checks_pass_and_says_when_to_try_again(ours, dial, waiting, question):
    stream = waiting()
    async with ours(stream, max_concurrent_calls=1) as port, dial(port) as stub:
        running = responses(stub.Generate(question, timeout=30), "generator")
        await anext(running)
        async with aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            healthy = await health_pb2_grpc.HealthStub(channel).Check(ALIVE, timeout=10)
        with pytest.raises(Overloaded) as refused:
            await response(stub.Tokenize(pb.TokenizeRequest(text="x"), timeout=10), "generator")
        await running.aclose()

    assert healthy.status == health_pb2.HealthCheckResponse.SERVING
    assert refused.value.retry_after
