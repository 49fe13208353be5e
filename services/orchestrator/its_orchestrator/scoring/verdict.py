"""The verdict on what a reward service answered: nonsense is named, never used."""

import math

from its_orchestrator.engines import RewardModel, Scored, Trajectory

LOWEST = -1e9
"""The score of an empty answer where the reward model knows no lowest one."""


def fault(model: RewardModel, trajectory: Trajectory, scored: Scored) -> str:
    """Return what is wrong with the score of `trajectory`; empty when nothing is."""
    if scored.value is None:
        return f"reward model {model.identity.name!r}: {scored.error or 'a score is missing'}"
    if scored.id != trajectory.id:
        return broken(model, f"answered {scored.id!r} where {trajectory.id!r} was asked")
    if not all(map(math.isfinite, (scored.value, *scored.step_values))):
        return broken(model, f"returned the score {scored.value} with step values {list(scored.step_values)}")
    if not model.low <= scored.value <= model.high:
        return broken(model, f"returned the score {scored.value}, outside of its range {model.low} to {model.high}")
    if scored.step_values and len(scored.step_values) != len(trajectory.steps):
        return broken(model, f"valued {len(scored.step_values)} steps of {len(trajectory.steps)}")
    return ""


def broken(model: RewardModel, deed: str) -> str:
    """Return the message about a reward model that breaks the contract."""
    return f"reward model {model.identity.name!r} {deed}; certify its service with `its conformance reward`"


def lowest(model: RewardModel) -> float:
    """Return the score of an answer that says nothing, which no reward model is asked about."""
    return model.low if math.isfinite(model.low) else LOWEST
