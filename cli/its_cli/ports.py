"""Ports that somebody else listens on, told before anything is started."""

import errno
import socket

from its_cli.layout import Address, Layout


class PortsTaken(Exception):
    """Ports that are needed are in use; the message says which, for what, and what to do."""


def require_free(layout: Layout) -> None:
    """Raise PortsTaken, naming every process whose port is in use."""
    taken = [(section, address) for section, address in layout.addresses.items() if _in_use(address)]
    if taken:
        named = ", ".join(f"{address.port} ({section})" for section, address in taken)
        raise PortsTaken(
            f"in use by another process: port {named}. Stop that one (is another `its up` running?), "
            "or move all four with --port-base N"
        )


def _in_use(address: Address) -> bool:
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    with socket.socket(family) as one:
        # As the servers do: connections of a process that has just ended don't count.
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind((address.host, address.port))
        except OSError as error:
            return error.errno == errno.EADDRINUSE
        return False
