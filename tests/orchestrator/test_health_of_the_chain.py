"""The orchestrator's health service tells whether the services behind it serve; a gateway's /ready believes it."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import grpc
import httpx
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1.health_pb2_grpc import HealthStub

from its_gateway.app import create_app
from its_gateway.orchestrator import open_orchestrator
from its_gateway.serving import serving as serving_http
from its_gateway.settings import Settings as GatewaySettings
from its_orchestrator.__main__ import GENERATOR, REWARD, SERVICE
from its_orchestrator.testing import Addresses, World, serve_generator, serve_reward, served
from its_orchestrator.testing.served import FAST
from its_runtime.channel import open_channel
from its_runtime.server import new_server

SERVING, NOT_SERVING = health_pb2.HealthCheckResponse.SERVING, health_pb2.HealthCheckResponse.NOT_SERVING


@asynccontextmanager
async def gateway_to(address: str) -> AsyncIterator[httpx.AsyncClient]:
    settings = GatewaySettings(port=0, orchestrator=address, grace_seconds=1)
    async with (
        open_orchestrator(address) as orchestrator,
        serving_http(create_app(settings, orchestrator), settings) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False) as http,
    ):
        yield http


async def state(address: str, service: str) -> int:
    async with open_channel(address) as channel:
        return (await HealthStub(channel).Check(health_pb2.HealthCheckRequest(service=service))).status


async def ready_with(http: httpx.AsyncClient, status: int) -> dict[str, str]:
    """Ask until /ready answers with `status`, and return the states of the parts."""
    while (answer := await http.get("/ready")).status_code != status:
        pass
    return answer.json()["parts"]


async def test_a_gateway_is_ready_only_while_the_reward_service_is_there(orchestrate_at, closed_port):
    world, port = World(["4"]), int(closed_port.reward.rpartition(":")[2])
    async with (
        serve_generator(world) as generator,
        orchestrate_at(Addresses(generator, closed_port.reward)) as orchestrator,
        gateway_to(orchestrator.address) as http,
        asyncio.timeout(60),
    ):
        without = await ready_with(http, 503)
        async with serve_reward(world, port):
            complete = await ready_with(http, 200)
        again = await ready_with(http, 503)

    assert [name for name, one in without.items() if one != "ready"] == ["reward"]
    assert set(complete.values()) == {"ready"}
    assert [name for name, one in again.items() if one != "ready"] == ["reward"]


async def test_the_orchestrator_itself_serves_while_nothing_is_behind_it(orchestrate_at, closed_port):
    async with orchestrate_at(closed_port) as orchestrator:
        states = [await state(orchestrator.address, name) for name in ("", SERVICE, GENERATOR, REWARD)]

    assert states == [SERVING, SERVING, NOT_SERVING, NOT_SERVING]


async def test_a_frozen_service_counts_as_not_serving(orchestrate_at):
    with socket.create_server(("127.0.0.1", 0)) as frozen:  # takes connections, and never says a word
        at = Addresses(*[f"127.0.0.1:{frozen.getsockname()[1]}"] * 2)
        async with orchestrate_at(at) as orchestrator:
            assert await state(orchestrator.address, GENERATOR) == NOT_SERVING


async def test_a_service_that_reports_no_health_is_unknown(orchestrate_at):
    server = new_server(FAST)
    port = server.add_insecure_port("127.0.0.1:0")
    health_pb2_grpc.add_HealthServicer_to_server(health_pb2_grpc.HealthServicer(), server)
    await server.start()
    async with orchestrate_at(Addresses(*[f"127.0.0.1:{port}"] * 2)) as orchestrator:
        with pytest.raises(grpc.RpcError) as caught:
            await state(orchestrator.address, REWARD)
    await server.stop(0)

    assert caught.value.code() is grpc.StatusCode.NOT_FOUND


async def test_a_name_that_nobody_knows_is_unknown(orchestrate_at):
    async with served(World(["4"])) as at, orchestrate_at(at) as orchestrator:
        with pytest.raises(grpc.RpcError) as caught:
            await state(orchestrator.address, "its.reward.v1.Reward")

    assert caught.value.code() is grpc.StatusCode.NOT_FOUND
