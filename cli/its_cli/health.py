"""Health: waiting until a process says itself that it is ready."""

import asyncio
from typing import Any, cast

import httpx
from grpc import aio
from grpc_health.v1 import health_pb2, health_pb2_grpc

from its_cli.layout import Address, Layout
from its_cli.part import Part
from its_runtime.channel import open_channel
from its_runtime.tls import Tls

INTERVAL = 0.05
"""Seconds between two tries."""
PATIENCE = 5.0
"""Seconds within which a healthy process answers."""


async def healthy(part: Part, layout: Layout) -> None:
    """Return when `part` of `layout` reports that it serves; wait for as long as that takes."""
    address = layout.address(part)
    await _listening(address)
    await (_serving(part.service, address, layout.tls.get(part.section)) if part.service else _ready(layout.url))


async def _listening(address: Address) -> None:
    # A gRPC channel would wait ever longer between two tries; a connection of our own doesn't.
    while True:
        try:
            _, writer = await asyncio.open_connection(*address)
        except OSError:
            await asyncio.sleep(INTERVAL)
        else:
            writer.close()
            return


async def _serving(service: str, address: Address, tls: Tls | None) -> None:
    async with open_channel(str(address), tls) as channel:
        stub = cast("Any", health_pb2_grpc).HealthStub(channel)
        while True:
            if await _serves(stub, service):
                return
            await asyncio.sleep(INTERVAL)


async def _serves(stub: Any, service: str) -> bool:  # noqa: ANN401
    request = health_pb2.HealthCheckRequest(service=service)
    try:
        response = await stub.Check(request, timeout=PATIENCE)
    except aio.AioRpcError:
        return False
    return response.status == health_pb2.HealthCheckResponse.SERVING


async def _ready(url: str) -> None:
    # Whatever certificate it shows: it is our own child, and is told nothing.
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=PATIENCE, verify=False) as client:  # noqa: S501
        while True:
            if await _answers(client):
                return
            await asyncio.sleep(INTERVAL)


async def _answers(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/ready")).is_success
    except httpx.TransportError:
        return False
