"""Profiles: names that requests choose as their model, and what they stand for."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from its_orchestrator.budget import Budget
from its_orchestrator.engines import GeneratorModel
from its_orchestrator.sampling import Sampling
from its_orchestrator.state import StateFile
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


class Made(BaseModel):
    """Profiles that were made while the process ran."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    default: str = Field(default="", description="The one that was made the default. Empty: none was.")
    profiles: dict[str, Profile] = Field(default={}, description="The profiles by name.")


class Profiles:
    """The configured profiles, those made since, and one for each model of the generator.

    The default is the one that was made so, else the first configured one, else the default model's own. A made one
    replaces a configured one of its name.
    """

    def __init__(self, configured: Mapping[str, Profile], state: StateFile[Made] | None = None) -> None:
        """Take the configured profiles, and `state`, which keeps the others. Raises ConfigError for a wrong state."""
        self._written = dict(configured)
        self._state = state
        self._made = state.read() if state else Made()

    @property
    def kept(self) -> bool:
        """Whether profiles that are made outlive the process."""
        return self._state is not None

    def configure(self, name: str, profile: Profile, *, default: bool = False) -> None:
        """Create or replace a profile for all later requests; make it the default if wanted.

        Raises Unmet, and changes nothing, where it can't be kept.
        """
        made = Made(default=name if default else self._made.default, profiles={**self._made.profiles, name: profile})
        if self._state:
            self._state.write(made)
        self._made = made

    def listing(self, models: Sequence[GeneratorModel]) -> dict[str, Profile]:
        """Return every profile by name, the default one first."""
        own = {one.identity.name: _own(one.identity.name) for one in models}
        configured = {**self._written, **self._made.profiles}
        first = {self._made.default: configured[self._made.default]} if self._made.default in configured else {}
        return {**first, **configured, **{name: one for name, one in own.items() if name not in configured}}

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


@lru_cache
def _own(model: str) -> Profile:
    return Profile(model=model, budget=Budget(samples=SAMPLES))


def _with(profile: Profile, algorithm: str) -> Profile:
    parameters = profile.parameters if algorithm == profile.algorithm else {}
    return profile.model_copy(update={"algorithm": algorithm, "parameters": parameters})
