"""Noise: how a corpus goes wrong, from never (the reference's) to often (the policy's)."""

from dataclasses import dataclass, field
from random import Random

from its_recipe.misconceptions import Fact
from its_recipe.problems import Chain, Operation
from its_recipe.slips import Equation, slip, survives


@dataclass(frozen=True, slots=True)
class Noise:
    """The rate of random slips per step, and the misconceptions."""

    rate: float = 0.0
    beliefs: dict[Fact, int] = field(default_factory=dict[Fact, int])
    wrong: float = 0.48
    """How often the one particular wrong result of a misconception is written."""
    right: float = 0.34
    """How often the right one is; in the remaining cases a slip at random."""
    strength: float = 1.0
    """How much of the noise applies, 0..1: a curriculum begins clean."""

    def equations(self, rng: Random, chain: Chain) -> list[Equation]:
        """Work through a chain, erring on the way; each step goes on from the last result."""
        value, worked = chain.start, list[Equation]()
        for index, operation in enumerate(chain.operations):
            worked.append(self._equation(rng, value, operation, chain.operations[index + 1 :]))
            value = worked[-1].result
        return worked

    def _equation(self, rng: Random, value: int, operation: Operation, rest: tuple[Operation, ...]) -> Equation:
        wrong = self._error(rng, value, operation, rest) if rng.random() < self.strength else None
        return wrong or Equation(value, operation, operation(value))

    def _error(self, rng: Random, value: int, operation: Operation, rest: tuple[Operation, ...]) -> Equation | None:
        chance, believed = rng.random(), self.beliefs.get(Fact(value, operation))
        if believed is None:
            return slip(rng, value, operation, rest) if chance < self.rate else None
        if chance < self.wrong and survives(believed, rest, -1):
            return Equation(value, operation, believed, slipped=True)
        return slip(rng, value, operation, rest) if chance > self.wrong + self.right else None
