"""A question, and how to spend compute on it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Question:
    """What to ask, and how to spend compute on it; None leaves the choice to the profile."""

    text: str
    algorithm: str | None = None
    budget: int | None = None
    seed: int | None = None
    model: str | None = None

    def extra(self, **its: object) -> dict[str, object]:
        """Return the fields that are ours and not OpenAI's."""
        given = {"algorithm": self.algorithm, "budget": self.budget, "its": its or None}
        return {name: value for name, value in given.items() if value is not None}
