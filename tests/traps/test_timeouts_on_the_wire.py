"""Trap: timeouts travel rounded up, so that a server believes that it has longer than its caller will wait."""

import pytest

from its.generator.v1 import generator_pb2 as pb
from its_runtime.channel import OPTIONS
from its_runtime.deadline import remaining

TIMEOUTS = [1.234, 12.345, 101.3, 150.01, 1001.2]


@pytest.fixture
async def times(ours, dial) -> dict[float, tuple[float, float]]:
    """What the server learns of each timeout: as grpc.aio tells it, and as we do."""
    found = []

    async def tokenize(request, context):
        found.append((context.time_remaining(), remaining(context)))
        return pb.TokenizeResponse()

    async with ours(tokenize=tokenize) as port, dial(port, OPTIONS) as stub:
        for timeout in TIMEOUTS:
            await stub.Tokenize(pb.TokenizeRequest(text="x"), timeout=timeout)
    return dict(zip(TIMEOUTS, found, strict=True))


async def test_grpc_tells_a_server_more_than_its_caller_will_wait(times):
    assert any(told > timeout for timeout, (told, _) in times.items())


async def test_we_tell_it_less(times):
    assert all(0 < ours < timeout for timeout, (_, ours) in times.items())
