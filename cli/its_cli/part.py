"""The parts of a running system: the four processes, in the order in which they start."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """One of the four processes."""

    section: str
    """Its section of its.yaml; `its_<section>` is its module."""
    service: str
    """Full name of its gRPC service; empty for the gateway, which speaks HTTP."""
    place: int
    """Its port, counted from the port base."""
    colour: str
    """The colour of its log lines."""

    @property
    def module(self) -> str:
        """The module that `python -m` runs."""
        return f"its_{self.section}"


GENERATOR = Part("generator", "its.generator.v1.GeneratorService", 1, "cyan")
REWARD = Part("reward", "its.reward.v1.RewardService", 2, "magenta")
ORCHESTRATOR = Part("orchestrator", "its.orchestrator.v1.OrchestratorService", 0, "green")
GATEWAY = Part("gateway", "", 3, "blue")

PARTS = (GENERATOR, REWARD, ORCHESTRATOR, GATEWAY)
"""Those behind come first; they stop in the opposite order, so that running requests can finish."""
