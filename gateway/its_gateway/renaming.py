"""Errors in the words of the protocol that was spoken."""

from collections.abc import Mapping

from its_gateway.errors import ApiError


def renamed(error: ApiError, names: Mapping[str, str]) -> ApiError:
    """Return `error` with its field, if its name begins with one of `names`, under the name that stands there.

    What follows a beginning is kept where that ends with a dot: the protocols are alike below it.
    """
    param = error.param or ""
    theirs = next((theirs for theirs in names if param.startswith(theirs)), None)
    if theirs:
        ours = names[theirs] + (param.removeprefix(theirs) if theirs.endswith(".") else "")
        error.message, error.param = error.message.replace(param, ours), ours
    return error
