"""What a run may spend: samples, tokens and seconds at once; whichever ends first ends the run."""

from enum import Enum

from pydantic import BaseModel, ConfigDict, Field

MOST_SAMPLES = 1000


class StoppedBy(Enum):
    """Why a run ended."""

    COMPLETED = "completed"
    """The algorithm did all that its samples allow."""
    DECIDED = "decided"
    """The algorithm was sure before the budget ended."""
    TOKENS = "tokens"
    """The budget of tokens ended."""
    SECONDS = "seconds"
    """The budget of seconds, or the caller's deadline, ended."""
    FAILURES = "failures"
    """The rest failed; the answer comes from what succeeded."""


class Budget(BaseModel):
    """What a run may spend; absent units are not limited, and samples come from the profile."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    samples: int | None = Field(
        default=None, ge=1, le=MOST_SAMPLES, description="Samples, particles or beams: what the algorithm counts."
    )
    tokens: int | None = Field(default=None, ge=1, description="Completion tokens in total.")
    seconds: float | None = Field(default=None, gt=0, allow_inf_nan=False, description="Wall seconds.")

    def over(self, base: "Budget") -> "Budget":
        """Return these limits, and those of `base` where they are absent."""
        said = {name: getattr(base, name) for name in base.model_fields_set if getattr(self, name) is None}
        return self.model_copy(update=said) if said else self


NO_LIMIT = Budget()
"""Nothing is limited."""
