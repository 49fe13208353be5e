"""Profiles: names that requests choose as their model, and what they stand for."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from its_orchestrator.budget import Budget
from its_orchestrator.engines import GeneratorModel
from its_orchestrator.sampling import Sampling
from its_runtime.errors import NotFound

ALGORITHM = "self-consistency"
"""What a model's own profile runs: it needs nothing but a generator."""
SAMPLES = 8
"""What it may spend."""


class Profile(BaseModel):
    """What a request takes where it doesn't say."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: str = Field(default="", description="The generator's model. Empty: its default one.")
    algorithm: str = Field(default=ALGORITHM, description="The algorithm.")
    parameters: dict[str, Any] = Field(default={}, description="The algorithm's parameters.")
    budget: Budget = Field(default=Budget(), description="How much may be spent.")
    sampling: Sampling = Field(default=Sampling(), description="How tokens are drawn.")
    reward_model: str = Field(default="", description="The reward model. Empty: the reward service's default one.")


class Profiles:
    """The configured profiles, and one for each model of the generator.

    The first configured one is the default; without any, the default model's own is.
    """

    def __init__(self, configured: Mapping[str, Profile]) -> None:
        self._configured = dict(configured)

    def configure(self, name: str, profile: Profile) -> None:
        """Create or replace a profile for all later requests."""
        self._configured = {**self._configured, name: profile}

    def listing(self, models: Sequence[GeneratorModel]) -> dict[str, Profile]:
        """Return every profile by name, the default one first."""
        own = {one.identity.name: Profile(model=one.identity.name, budget=Budget(samples=SAMPLES)) for one in models}
        return {**self._configured, **{name: one for name, one in own.items() if name not in self._configured}}

    def find(self, name: str, models: Sequence[GeneratorModel]) -> Profile:
        """Return what `name` stands for: a profile, a model, either with `:<algorithm>`, or the default when empty.

        Raises NotFound listing what exists.
        """
        listing = self.listing(models)
        if not name and listing:
            return next(iter(listing.values()))
        if name in listing:
            return listing[name]
        base, colon, algorithm = name.rpartition(":")
        if colon and base in listing:
            return _with(listing[base], algorithm)
        raise NotFound(
            f"model: no profile or model is called {name!r}; there are {', '.join(listing)}, "
            "each also as <name>:<algorithm>"
        )


def _with(profile: Profile, algorithm: str) -> Profile:
    parameters = profile.parameters if algorithm == profile.algorithm else {}
    return profile.model_copy(update={"algorithm": algorithm, "parameters": parameters})
