"""The algorithms that come with the orchestrator, each one file named after its paper."""

from its_orchestrator.algorithms._algorithm import Algorithm, Need, Rewarded
from its_orchestrator.algorithms._step_search import StepSearch
from its_orchestrator.algorithms.beam_search import BeamSearch
from its_orchestrator.algorithms.best_of_n import BestOfN
from its_orchestrator.algorithms.particle_filtering import ParticleFiltering
from its_orchestrator.algorithms.self_consistency import SelfConsistency
from its_orchestrator.algorithms.weighted_best_of_n import WeightedBestOfN

BUILTIN: tuple[type[Algorithm], ...] = (SelfConsistency, BestOfN, BeamSearch, ParticleFiltering, WeightedBestOfN)

__all__ = [
    "BUILTIN",
    "Algorithm",
    "BeamSearch",
    "BestOfN",
    "Need",
    "ParticleFiltering",
    "Rewarded",
    "SelfConsistency",
    "StepSearch",
    "WeightedBestOfN",
]
