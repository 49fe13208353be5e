"""Errors in the words of the protocol that was spoken."""

from collections.abc import Mapping

from its_gateway.errors import ApiError


def renamed(error: ApiError, names: Mapping[str, str]) -> ApiError:
    """Return `error` with its field, if its name begins with one of `names`, under the name that stands there."""
    ours = next((ours for theirs, ours in names.items() if (error.param or "").startswith(theirs)), None)
    if error.param and ours:
        error.message, error.param = error.message.replace(error.param, ours), ours
    return error
