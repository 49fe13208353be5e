"""Reward models in vLLM."""

from its_reward.engines.vllm.launch import open_engine

__all__ = ["open_engine"]
