"""The scorers: how a trajectory gets its value, one way a file."""

from its_reward.scorers.opening import open_scorer

__all__ = ["open_scorer"]
