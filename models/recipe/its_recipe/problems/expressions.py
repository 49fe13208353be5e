"""Expressions: `What is (12+5)*3-4?`, worked from the inside out."""

from random import Random
from typing import ClassVar

from its_recipe.problems._chain import draw
from its_recipe.problems._problem import Problem, length, written


class Expressions:
    """A bare expression; each step rewrites what is left of it."""

    name: ClassVar = "expressions"

    def pose(self, rng: Random) -> Problem:
        """Draw an expression."""
        chain = draw(rng, length(rng))
        expression = written(str(chain.start), chain.operations)
        return Problem(self.name, rng.choice(ASKED).format(expression), chain, ("",) * len(chain.operations))

    def remainder(self, problem: Problem, value: int, index: int) -> str:
        """Return the expression that is left."""
        rest = problem.chain.operations[index + 1 :]
        return f", so {written(str(value), rest)}" if rest else ""


ASKED = (
    "What is {}?",
    "Compute {}.",
    "Find the value of {}.",
    "Work out {} step by step.",
)
