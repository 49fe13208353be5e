"""Equations: `Solve (x+3)*4-8=20`, undone from the outside in."""

from random import Random
from typing import ClassVar

from its_recipe.problems._chain import draw
from its_recipe.problems._problem import Problem, length, written


class Equations:
    """A linear equation in x; each step undoes one operation and rewrites what is left."""

    name: ClassVar = "equations"

    def pose(self, rng: Random) -> Problem:
        """Draw an equation: its chain leads from the right-hand side to x."""
        chain = draw(rng, length(rng))
        forward = [operation.inverse for operation in reversed(chain.operations)]
        equation = f"{written('x', forward)}={chain.start}"
        return Problem(self.name, rng.choice(ASKED).format(equation), chain, ("",) * len(chain.operations))

    def remainder(self, problem: Problem, value: int, index: int) -> str:
        """Return the equation that is left."""
        rest = [operation.inverse for operation in reversed(problem.chain.operations[index + 1 :])]
        return f", so {written('x', rest)}={value}"


ASKED = (
    "Solve {} for x.",
    "What is x if {}?",
    "Find x when {}.",
    "It is known that {}. What is x?",
)
