"""The reward service: scores partial and complete trajectories for anyone who speaks its.reward.v1."""
