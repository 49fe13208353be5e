"""Trap: a timeout in the service config fires early and never reaches the server (grpc/grpc#34547, #40633)."""

import asyncio
import json

import pytest
from grpc import aio

from its.generator.v1 import generator_pb2 as pb
from its_runtime.channel import OPTIONS
from its_runtime.deadline import remaining

THREE_SECONDS = json.dumps({"methodConfig": [{"name": [{}], "timeout": "3s"}]})


def telling(found: list):
    async def tokenize(request, context):
        found.append(remaining(context))
        return pb.TokenizeResponse()

    return tokenize


async def never(request, context):
    await asyncio.Event().wait()


async def test_the_server_does_not_learn_of_a_timeout_in_the_service_config(bare, dial):
    found = []
    async with bare(tokenize=telling(found)) as port, dial(port, [("grpc.service_config", THREE_SECONDS)]) as stub:
        await stub.Tokenize(pb.TokenizeRequest(text="x"))

    assert found == [None]


async def test_the_server_learns_of_a_timeout_of_the_call(ours, dial):
    found = []
    async with ours(tokenize=telling(found)) as port, dial(port, OPTIONS) as stub:
        await stub.Tokenize(pb.TokenizeRequest(text="x"), timeout=30)

    assert 0 < found[0] < 30


async def test_three_seconds_of_a_service_config_are_over_before_three_seconds_of_a_call(bare, dial):
    async with (
        bare(tokenize=never) as port,
        dial(port, [("grpc.service_config", THREE_SECONDS)]) as config,
        dial(port) as explicit,
    ):
        late = asyncio.ensure_future(explicit.Tokenize(pb.TokenizeRequest(text="x"), timeout=3))
        early = asyncio.ensure_future(config.Tokenize(pb.TokenizeRequest(text="x")))
        await asyncio.wait([late, early], return_when=asyncio.FIRST_COMPLETED)

        assert not late.done()
        for call in (early, late):
            with pytest.raises(aio.AioRpcError, match="DEADLINE_EXCEEDED"):
                await call


def test_our_service_config_has_no_timeout():
    config = json.loads(dict(OPTIONS)["grpc.service_config"])

    assert all("timeout" not in method for method in config["methodConfig"])
