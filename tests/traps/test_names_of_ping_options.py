"""Trap: an option of a wrong name is ignored without a word, and pings end the connection: too_many_pings."""

import pytest
from grpc import aio

from its_runtime.channel import OPTIONS
from its_runtime.server import OPTIONS as SERVER_OPTIONS

RIGHT = "grpc.http2.min_ping_interval_without_data_ms"
LOOK_ALIKE = "grpc.http2.min_recv_ping_interval_without_data_ms"
EAGER = {"keepalive_time_ms": 100, "http2__ping_timeout_ms": 10_000}


async def test_only_the_right_name_keeps_an_eagerly_pinging_client(bare, dial, waiting, question):
    kept, lost = waiting(), waiting()
    common = dict(SERVER_OPTIONS)
    del common[RIGHT]
    async with (
        bare(kept, options=[*common.items(), (RIGHT, 10)]) as right,
        bare(lost, options=[*common.items(), (LOOK_ALIKE, 10)]) as look_alike,
        dial(right, OPTIONS, **EAGER) as safe,
        dial(look_alike, OPTIONS, **EAGER) as trapped,
    ):
        survivor, victim = (stub.Generate(question, timeout=30) for stub in (safe, trapped))
        await survivor.read()
        await victim.read()
        with pytest.raises(aio.AioRpcError, match=r"(?i)too.many.pings"):
            await victim.read()
        kept.finish.set()

        assert await survivor.read() is not aio.EOF


def test_our_servers_use_the_name_that_is_read():
    assert RIGHT in dict(SERVER_OPTIONS)
    assert LOOK_ALIKE not in dict(SERVER_OPTIONS)


def test_our_servers_allow_the_pings_that_our_channels_send():
    assert dict(SERVER_OPTIONS)[RIGHT] <= dict(OPTIONS)["grpc.keepalive_time_ms"]
    assert dict(SERVER_OPTIONS)["grpc.keepalive_permit_without_calls"] == 1
