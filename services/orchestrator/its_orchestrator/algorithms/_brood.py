"""A brood: who goes on after a round of a search, and from whom."""

from collections.abc import Sequence
from dataclasses import dataclass

from its_orchestrator.candidate import Candidate
from its_orchestrator.context import Context
from its_orchestrator.events import Resampled


@dataclass(frozen=True, slots=True)
class Brood:
    """The heirs of a generation."""

    places: Sequence[int]
    """For each heir, the place of its ancestor in the generation."""
    expected: Sequence[float]
    """For each of the generation, how many heirs were to be expected before chance had its say."""
    redrawn: bool = True
    """Whether anything was decided; otherwise everybody goes on as before."""
    effective_size: float | None = None
    evidence: float = 0.0
    """What the round adds to the logarithm of the normalising constant."""


def unchanged(number: int) -> Brood:
    """Return a brood in which each of a generation goes on once."""
    return Brood(range(number), [1.0] * number, redrawn=False)


def heirs(ctx: Context, generation: Sequence[Candidate], brood: Brood) -> list[Candidate]:
    """Return the heirs, and report who they are: the first of an ancestor is itself, the others are forks of it."""
    taken, found = set[int](), list[Candidate]()
    for place in brood.places:
        found.append(ctx.fork(generation[place]) if place in taken else generation[place])
        taken.add(place)
    if brood.redrawn:
        ctx.emit(Resampled.between(generation, found, brood.effective_size, brood.expected))
    ctx.commit(found)
    return found
