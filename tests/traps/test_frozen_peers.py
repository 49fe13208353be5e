"""Trap: keepalive_timeout_ms does not notice a peer that hangs; ping_timeout_ms does."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from grpc import aio

from its_runtime.channel import OPTIONS

SCRIPT = Path(__file__).parent / "waiting_server.py"
QUICK = {"keepalive_time_ms": 300, "keepalive_timeout_ms": 300}


@pytest.fixture
def peer() -> Iterator[tuple[subprocess.Popen, int]]:
    """A server in a process of its own, and its port."""
    with subprocess.Popen([sys.executable, str(SCRIPT)], stdout=subprocess.PIPE, text=True) as process:
        yield process, int(process.stdout.readline())
        process.kill()


async def test_only_the_ping_timeout_notices_a_frozen_peer(peer, dial, question):
    process, port = peer
    without = [option for option in OPTIONS if option[0] != "grpc.http2.ping_timeout_ms"]
    async with dial(port, without, **QUICK) as trap, dial(port, OPTIONS, http2__ping_timeout_ms=300, **QUICK) as ours:
        calls = [stub.Generate(question, timeout=60) for stub in (trap, ours)]
        for call in calls:
            await call.read()
        process.send_signal(signal.SIGSTOP)
        unnoticed, noticed = (asyncio.ensure_future(call.read()) for call in calls)
        await asyncio.wait([unnoticed, noticed], return_when=asyncio.FIRST_COMPLETED)

        assert not unnoticed.done()
        with pytest.raises(aio.AioRpcError, match="UNAVAILABLE"):
            await noticed
        unnoticed.cancel()


def test_our_channels_have_a_ping_timeout():
    assert dict(OPTIONS)["grpc.http2.ping_timeout_ms"] <= 5_000
