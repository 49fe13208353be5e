"""Attempts: each trajectory is scored on its own, and what goes wrong with one stays with it."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from its_reward.trajectory import Batch, Trajectory, Unscored, Usage, Verdict
from its_runtime.errors import DeadlinePassed, Internal, ItsError

Score = Callable[[Trajectory], Awaitable[Verdict]]

_log = structlog.get_logger("its.reward")


class Spent(Exception):
    """Wraps an error of an attempt that had already cost tokens."""

    def __init__(self, error: ItsError, usage: Usage) -> None:
        super().__init__(error.message)
        self.error = error
        self.usage = usage


async def attempts(batch: Batch, one: Score) -> list[Verdict]:
    """Return the verdict of `one` on each trajectory, all at once, in their order.

    Errors become Unscored, and so does what isn't done at the batch's deadline. Cancelling cancels all.
    """
    return await asyncio.gather(*(_attempt(one, trajectory, batch.deadline) for trajectory in batch.trajectories))


async def _attempt(one: Score, trajectory: Trajectory, deadline: float | None) -> Verdict:
    try:
        async with asyncio.timeout_at(deadline):
            return await one(trajectory)
    except TimeoutError:
        return unscored(DeadlinePassed("the deadline passed before this trajectory was scored; allow more time"))
    except Spent as spent:
        return unscored(spent.error, spent.usage)
    except ItsError as error:
        return unscored(error)
    except Exception as error:  # noqa: BLE001
        _log.error("scoring failed", exc_info=error)
        return unscored(Internal("scoring failed inside the reward service; its log has the cause"))


def unscored(error: ItsError, usage: Usage | None = None) -> Unscored:
    """Return `error` as the verdict on one trajectory."""
    return Unscored(error.code.value[0], error.message, usage or Usage())
