"""Deadlines: each hop passes on what is left of its own."""

from typing import Any, cast

from grpc import aio

MARGIN = 0.05
"""Seconds kept back on every hop, so that the one who knows more answers before the one who waits gives up."""
ROUNDING = 0.01
"""Share kept back as well: gRPC rounds timeouts up on the wire, so that servers see up to 1 % more than was given."""


def remaining(context: "aio.ServicerContext[Any, Any]") -> float | None:
    """Return the seconds that the caller will still wait, less a margin; None when it waits for ever.

    Ask once, when the call begins: the rounding is a share of the whole timeout.
    """
    left: float | None = cast("Any", context).time_remaining()
    return None if left is None else max(0.0, left * (1 - ROUNDING) - MARGIN)
