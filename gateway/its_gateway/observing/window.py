"""Which part of a list is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass

from its_gateway.errors import ApiError

MOST = 1000
USUAL = 100


@dataclass(frozen=True, slots=True)
class Window:
    """At most `limit` members of a list, from where the page before ended."""

    limit: int
    after: str


def window(query: Mapping[str, str]) -> Window:
    """Return what the parameters of a query ask for. Raises ApiError naming one that can't be used."""
    for name in query:
        if name not in {"limit", "after"}:
            message = f"{name}: there is no such parameter; there are after and limit"
            raise ApiError(400, message, param=name, code="unknown_parameter")
    limit, after = query.get("limit", str(USUAL)), query.get("after", "")
    if not (limit.isascii() and limit.isdecimal() and 1 <= int(limit[:9]) <= MOST):
        raise ApiError(400, f"limit: a number from 1 to {MOST} is expected", param="limit", code="invalid_value")
    return Window(int(limit), after)
