"""The socket that clients connect to."""

import asyncio
import socket
from contextlib import closing

import pytest

from its_gateway.settings import Settings
from its_gateway.sockets import INHERITED, bind


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
async def test_what_is_written_is_sent_at_once(host):
    with bind(Settings(host=host, port=0)) as bound:
        assert await sent_at_once(bound)


async def test_what_is_written_is_sent_at_once_on_a_shared_socket_too(monkeypatch):
    with bind(Settings(port=0)) as bound:
        monkeypatch.setenv(INHERITED, str(bound.fileno()))
        shared = bind(Settings())

        assert await sent_at_once(shared)
        shared.detach()


async def sent_at_once(bound):
    """Whether a connection to `bound` holds back no small write until the one before it was acknowledged."""
    accepted = asyncio.get_running_loop().create_future()

    def accept(_, writer):
        accepted.set_result(writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    async with await asyncio.start_server(accept, sock=bound.dup()):
        _, writer = await asyncio.open_connection(*bound.getsockname()[:2])
        with closing(writer):
            return await accepted
