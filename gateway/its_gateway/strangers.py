"""Strangers: pages of others in a browser of this machine, which must not ask a gateway that lets everybody here in.

Any page may send requests to 127.0.0.1; and by a name of its own that it lets point there (DNS rebinding) it may read
what comes back. Which names can be nobody else's is Ollama's rule.
"""

import socket
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from its_gateway.errors import ApiError

OWN = (".localhost", ".local", ".internal")
"""Ends of names that nobody can register; one without a dot is nobody else's, too."""


def refuse(headers: Headers) -> None:
    """Raise ApiError 403 for a request of another page, or by a name that could be a stranger's."""
    host = headers.get("host", "").lower()
    if host and not _is_own(host):
        raise ApiError(403, _HOST.format(host), code="host_not_allowed")
    origin = headers.get("origin")
    if origin is not None and origin.lower().partition("://")[2] != host:
        raise ApiError(403, _ORIGIN.format(origin), code="origin_not_allowed")


@lru_cache(maxsize=64)
def _is_own(host: str) -> bool:
    try:
        name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return False
    if not name:
        return False
    return "." not in name or name.endswith(OWN) or name == socket.gethostname().lower() or _is_address(name)


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


_WHY = "without keys this gateway answers programs of this machine only; name a file of `keys`, or say `open: true`"
_HOST = f"the name {{0!r}} could be anybody's: ask 127.0.0.1 or localhost; {_WHY}"
_ORIGIN = f"this comes from a page of {{0!r}}: {_WHY}"
