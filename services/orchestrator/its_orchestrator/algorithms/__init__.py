"""The algorithms that come with the orchestrator, each one file named after its paper."""

from its_orchestrator.algorithms._algorithm import Algorithm, Need, Rewarded
from its_orchestrator.algorithms._step_search import StepSearch
from its_orchestrator.algorithms.adaptive_self_consistency import AdaptiveSelfConsistency
from its_orchestrator.algorithms.auto import Auto
from its_orchestrator.algorithms.beam_search import BeamSearch
from its_orchestrator.algorithms.best_of_n import BestOfN
from its_orchestrator.algorithms.beta_self_consistency import BetaSelfConsistency
from its_orchestrator.algorithms.deepconf import DeepConf
from its_orchestrator.algorithms.dvts import Dvts
from its_orchestrator.algorithms.entropic_particle_filtering import EntropicParticleFiltering
from its_orchestrator.algorithms.generative_selection import GenerativeSelection
from its_orchestrator.algorithms.pacore import Pacore
from its_orchestrator.algorithms.particle_filtering import ParticleFiltering
from its_orchestrator.algorithms.particle_gibbs import ParticleGibbs
from its_orchestrator.algorithms.planning import Planning
from its_orchestrator.algorithms.rebase import Rebase
from its_orchestrator.algorithms.recursive_self_aggregation import RecursiveSelfAggregation
from its_orchestrator.algorithms.self_certainty import SelfCertainty
from its_orchestrator.algorithms.self_consistency import SelfConsistency
from its_orchestrator.algorithms.self_refine import SelfRefine
from its_orchestrator.algorithms.universal_self_consistency import UniversalSelfConsistency
from its_orchestrator.algorithms.weighted_best_of_n import WeightedBestOfN

BUILTIN: tuple[type[Algorithm], ...] = (
    SelfConsistency,
    BestOfN,
    BeamSearch,
    ParticleFiltering,
    WeightedBestOfN,
    AdaptiveSelfConsistency,
    BetaSelfConsistency,
    DeepConf,
    SelfCertainty,
    Dvts,
    Rebase,
    EntropicParticleFiltering,
    ParticleGibbs,
    UniversalSelfConsistency,
    GenerativeSelection,
    RecursiveSelfAggregation,
    SelfRefine,
    Pacore,
    Planning,
    Auto,
)

__all__ = [
    "BUILTIN",
    "AdaptiveSelfConsistency",
    "Algorithm",
    "Auto",
    "BeamSearch",
    "BestOfN",
    "BetaSelfConsistency",
    "DeepConf",
    "Dvts",
    "EntropicParticleFiltering",
    "GenerativeSelection",
    "Need",
    "Pacore",
    "ParticleFiltering",
    "ParticleGibbs",
    "Planning",
    "Rebase",
    "RecursiveSelfAggregation",
    "Rewarded",
    "SelfCertainty",
    "SelfConsistency",
    "SelfRefine",
    "StepSearch",
    "UniversalSelfConsistency",
    "WeightedBestOfN",
]
