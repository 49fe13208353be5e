"""A question, and how to spend compute on it."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Question:
    """What to ask, and how to spend compute on it; None leaves the choice to the profile."""

    text: str
    algorithm: str | None = None
    budget: int | None = None
    seed: int | None = None
    model: str | None = None
    system: str | None = None
    """What stands before the question."""
    sampling: Mapping[str, float] = field(default_factory=dict[str, float])
    """How tokens are drawn, by OpenAI's names."""
    parameters: Mapping[str, object] = field(default_factory=dict[str, object])
    """The algorithm's."""

    @property
    def messages(self) -> list[dict[str, str]]:
        """The conversation."""
        said = [("system", self.system)] if self.system else []
        return [{"role": role, "content": text} for role, text in [*said, ("user", self.text)]]

    def extra(self, **its: object) -> dict[str, object]:
        """Return how tokens are drawn, and the fields that are ours and not OpenAI's."""
        ours = {**self.parameters, **its}
        given = {"algorithm": self.algorithm, "budget": self.budget, "its": ours or None, **self.sampling}
        return {name: value for name, value in given.items() if value is not None}
