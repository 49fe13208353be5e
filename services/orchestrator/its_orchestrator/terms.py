"""The terms of a run: everything that is decided before it begins, but for the algorithm."""

from dataclasses import dataclass

from its_orchestrator.budget import NO_LIMIT, Budget
from its_orchestrator.engines import GeneratorModel, RewardModel
from its_orchestrator.form import Form
from its_orchestrator.prompt import Prompt
from its_orchestrator.sampling import UNSAID, Sampling


@dataclass(frozen=True, slots=True)
class Terms:
    """On what to run, with which models, within which limits."""

    request_id: str
    prompt: Prompt
    samples: int
    model: GeneratorModel
    seed: int
    budget: Budget = NO_LIMIT
    """Tokens and seconds; `samples` above counts instead of the one in here."""
    sampling: Sampling = UNSAID
    reward_model: RewardModel | None = None
    structured_output: object = None
    """What the engine is to enforce; None where it enforces nothing."""
    form: Form | None = None
    """The form that the answer must have, enforced or not."""
    logprobs: int | None = None
    """Alternatives to report beside each of the answer's tokens; None for no log-probabilities."""
    texts: bool = False
    """Whether to report what the answer's tokens and their alternatives read, too."""
    seconds: float | None = None
    """How long the caller will wait; None for ever."""
    streams: bool = False
    """Whether somebody watches the text of a single sample as it is written."""
    tenant: str = ""
    """For whom it is."""
    priority: int = 1
    """The tenant's share of the services where several wait."""
    charged: bool = False
    """Whether somebody pays for what is spent, so that it has to be known of a run that is left, too."""
