"""Who asks: the caller that a request's key stands for, and the administrator's key.

The gate (`its_gateway.gate`) has looked at the key before any endpoint runs; endpoints ask here.
"""

from fastapi import Request

from its_gateway.caller import Caller
from its_gateway.errors import ApiError


def caller_of(request: Request) -> Caller:
    """Return who sent `request`; in a gateway without keys, whoever it is."""
    return request.state.caller


def require_admin(request: Request) -> None:
    """Refuse a caller that is no administrator with 403; also a FastAPI dependency."""
    check_admin(caller_of(request))


def check_admin(caller: Caller) -> None:
    """Raise ApiError 403 unless `caller` is an administrator. Without keys everybody on this machine is."""
    if not caller.key.admin:
        raise ApiError(403, _NEEDS_ADMIN, code="admin_key_required")


_NEEDS_ADMIN = "this needs an administrator's key; `its keys add NAME --admin` makes one"
