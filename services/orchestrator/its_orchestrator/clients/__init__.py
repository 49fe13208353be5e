"""Typed clients of the services behind the orchestrator."""

from its_orchestrator.clients.generator import GeneratorClient
from its_orchestrator.clients.reward import RewardClient

__all__ = ["GeneratorClient", "RewardClient"]
