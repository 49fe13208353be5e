"""The socket that a gateway listens on: its own, or one that it shares with others (`its_gateway.workers`)."""

import os
import socket

from its_gateway.settings import Settings
from its_runtime.server import PortTaken

INHERITED = "ITS_GATEWAY_INHERITED_SOCKET"
"""Environment variable: number of the file that is the socket to share."""


def bind(settings: Settings) -> socket.socket:
    """Return the socket that is shared, or a new one at the settings' port. Raises PortTaken."""
    if shared := os.environ.get(INHERITED):
        return socket.socket(fileno=int(shared))
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # Says that it is TCP, or else asyncio lets a body wait until its headers were acknowledged: 40 ms.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((settings.host, settings.port))
    except OSError as error:
        bound.close()
        address = f"{settings.host}:{settings.port}"
        raise PortTaken(f"{address} can't be bound: is another process using the port? Choose another one") from error
    return bound
