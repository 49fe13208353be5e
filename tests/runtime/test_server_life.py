"""A server's life: healthy while it serves, known by reflection, drained before it stops."""

import asyncio
from contextlib import AsyncExitStack, aclosing

import pytest
from grpc import aio
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from its.reward.v1 import reward_pb2 as pb
from its.reward.v1.reward_pb2_grpc import RewardServiceStub
from its_runtime.calls import response, responses
from its_runtime.channel import open_channel
from its_runtime.errors import Unavailable
from its_runtime.server import PortTaken, new_server, serving
from its_runtime.settings import ServiceSettings

SERVICE = "its.reward.v1.RewardService"
SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


class Slow:
    """A handler that answers when told to."""

    def __init__(self):
        self.started, self.finish = asyncio.Event(), asyncio.Event()

    async def __call__(self, request, context):
        self.started.set()
        await self.finish.wait()
        return pb.ScoreResponse(scores=[pb.Score(trajectory_id="a", value=1.0)])


async def statuses(channel):
    call = health_pb2_grpc.HealthStub(channel).Watch(health_pb2.HealthCheckRequest(service=SERVICE))
    async with aclosing(responses(call, "health")) as answers:
        async for answer in answers:
            yield answer.status


@pytest.mark.parametrize("name", ["", SERVICE])
async def test_it_is_healthy_as_a_process_and_as_a_service(serve, name):
    async with serve() as service:
        stub = health_pb2_grpc.HealthStub(service.channel)
        answer = await stub.Check(health_pb2.HealthCheckRequest(service=name), timeout=10)

    assert answer.status == SERVING


async def test_an_unknown_service_has_no_health(serve):
    async with serve() as service:
        stub = health_pb2_grpc.HealthStub(service.channel)
        with pytest.raises(aio.AioRpcError, match="NOT_FOUND"):
            await stub.Check(health_pb2.HealthCheckRequest(service="its.unknown.v1.Service"), timeout=10)


async def test_reflection_lists_the_service_and_health(serve):
    async def ask():
        yield reflection_pb2.ServerReflectionRequest(list_services="")

    async with serve() as service:
        stub = reflection_pb2_grpc.ServerReflectionStub(service.channel)
        answers = [answer async for answer in stub.ServerReflectionInfo(ask(), timeout=10)]

    names = {found.name for found in answers[0].list_services_response.service}
    assert {SERVICE, "grpc.health.v1.Health"} <= names


async def test_reflection_describes_the_service(serve):
    async def ask():
        yield reflection_pb2.ServerReflectionRequest(file_containing_symbol=SERVICE)

    async with serve() as service:
        stub = reflection_pb2_grpc.ServerReflectionStub(service.channel)
        answers = [answer async for answer in stub.ServerReflectionInfo(ask(), timeout=10)]

    assert pb.DESCRIPTOR.serialized_pb in answers[0].file_descriptor_response.file_descriptor_proto


@pytest.fixture
async def draining(serve, batch):
    """A server that was told to stop while a call runs: its stub, the call, what finishes it, and its health."""
    async with asyncio.timeout(30), AsyncExitStack() as life:
        slow = Slow()
        service = await life.enter_async_context(serve(slow, grace_seconds=20))
        async with open_channel(f"127.0.0.1:{service.port}") as channel:
            stub, health = RewardServiceStub(channel), statuses(channel)
            assert await anext(health) == SERVING
            call = asyncio.create_task(response(stub.Score(batch, timeout=20), "reward"))
            await slow.started.wait()
            stopping = asyncio.create_task(life.aclose())
            yield stub, call, slow, health
            await health.aclose()
            slow.finish.set()
            await asyncio.wait([stopping, call])


async def test_health_turns_while_calls_still_run(draining):
    _, call, _, health = draining

    assert await anext(health) == NOT_SERVING
    assert not call.done()


async def test_running_calls_finish_within_the_grace(draining):
    _, call, slow, health = draining
    assert await anext(health) == NOT_SERVING
    slow.finish.set()

    assert len((await call).scores) == 1


async def test_new_calls_are_refused_while_running_ones_finish(draining, batch):
    stub, call, _, health = draining
    assert await anext(health) == NOT_SERVING

    with pytest.raises(Unavailable):
        await response(stub.Score(batch, timeout=10), "reward")
    assert not call.done()


async def test_calls_that_outlast_the_grace_end_as_unavailable(serve, batch):
    slow = Slow()
    async with AsyncExitStack() as life:
        service = await life.enter_async_context(serve(slow, grace_seconds=0))
        async with open_channel(f"127.0.0.1:{service.port}") as channel:
            call = asyncio.create_task(response(RewardServiceStub(channel).Score(batch, timeout=20), "reward"))
            await slow.started.wait()
            await life.aclose()

            with pytest.raises(Unavailable, match="reward"):
                await call


async def test_a_taken_port_is_named(serve):
    async with serve() as service:
        settings = ServiceSettings(port=service.port)
        with pytest.raises(PortTaken, match=f"127.0.0.1:{service.port}"):
            async with serving(new_server(settings), settings, SERVICE):
                pass


async def test_a_port_is_free_again_after_the_block(serve):
    async with serve() as first:
        port = first.port
    async with serve(port=port) as second:
        assert second.port == port
