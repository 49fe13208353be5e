"""Entropic particle filtering: a particle filter that, early on, doesn't let a few particles take over.

"Mitigating Premature Exploitation in Particle-based Monte Carlo for Inference-Time Scaling", 2025, entropic
annealing, https://arxiv.org/abs/2510.05825
"""

from collections.abc import Callable, Sequence
from typing import ClassVar, Literal

from pydantic import Field

from its_orchestrator.algorithms.particle_filtering import ParticleFiltering
from its_orchestrator.choosing.resampling import effective_size, entropy, softmax

Rule = Literal["ess", "entropy", "base"]


class EntropicParticleFiltering(ParticleFiltering):
    """While few particles hold most of the weight, and it is early, ancestors are drawn by flattened weights.

    Early is progress t/T below `early_phase`, with T steps at most; few is an effective sample size 1/Σp² below
    `anneal_below` · N. Only the draw is flattened: the answer is chosen by the weights as they are.
    """

    name: ClassVar[str] = "entropic-particle-filtering"
    summary: ClassVar[str] = "Particle filtering that keeps its particles diverse while it is early."
    source: ClassVar[str] = "2025, entropic annealing, https://arxiv.org/abs/2510.05825"

    temperature_rule: Rule = Field(
        default="ess", description="What the temperature of the draw follows: effective size, entropy, or time alone."
    )
    anneal_below: float = Field(
        default=0.5, ge=0, le=1, description="Flatten only below this effective sample size, as a share of N."
    )
    early_phase: float = Field(default=0.5, ge=0, le=1, description="Share of the steps in which to flatten.")
    base_temperature: float = Field(default=2.0, ge=1, description="Where the rule `base` begins.")

    def tempered(self, logarithms: Sequence[float], step: int) -> Sequence[float]:
        temperature = self.draw_temperature(softmax(logarithms), (step + 1) / self.max_steps)
        return [one / temperature for one in logarithms]

    def draw_temperature(self, shares: Sequence[float], progress: float) -> float:
        """Return what divides the log-weights: 1 or more, falling with progress (0 to 1)."""
        collapsed = effective_size(shares) < self.anneal_below * len(shares)
        if not (collapsed and progress < self.early_phase):
            return 1.0
        return max(1.0, _RULES[self.temperature_rule](shares, progress, self.base_temperature))


def _by_effective_size(shares: Sequence[float], progress: float, base: float) -> float:
    return len(shares) / effective_size(shares) * (1 - progress)


def _by_entropy(shares: Sequence[float], progress: float, base: float) -> float:
    """Weights of no entropy, before the first step, would be flattened without end; N is as flat as `ess` gets."""
    spread = entropy(shares)
    return 1 / max(spread + (1 - spread) * progress, 1 / len(shares))


def _by_time(shares: Sequence[float], progress: float, base: float) -> float:
    return base - progress


_RULES: dict[Rule, Callable[[Sequence[float], float, float], float]] = {
    "ess": _by_effective_size,
    "entropy": _by_entropy,
    "base": _by_time,
}
