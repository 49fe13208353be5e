"""Solutions: the steps of a problem, written out in pieces that training may weigh."""

from dataclasses import dataclass
from random import Random

from its_recipe.problems import FAMILIES, Problem
from its_recipe.slips import Equation

STEP = "\n\n"
"""What separates two steps."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some text of a solution."""

    text: str
    slipped: bool = False
    """Whether an error is made in it."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a writer opens steps and announces the answer; kept throughout one solution."""

    opening: str
    closing: str


def manner(rng: Random) -> Manner:
    """Draw a manner; all are equally likely, so none is a mistake."""
    return Manner(rng.choice(OPENINGS), rng.choice(CLOSINGS))


def pieces(problem: Problem, equations: list[Equation], spoken: Manner) -> list[Piece]:
    """Write the steps of a solution and, as its last step, the boxed answer."""
    family = next(family for family in FAMILIES if family.name == problem.family)
    written = list[Piece]()
    for index, equation in enumerate(equations):
        key = problem.keys[index]
        written.append(Piece(f"{key}{spoken.opening if key else SILENT[spoken.opening]}{equation.value}"))
        written.append(Piece(f"{equation.operation}={equation.result}", equation.slipped))
        written.append(Piece(f"{family.remainder(problem, equation.result, index)}.{STEP}"))
    written.append(Piece(spoken.closing.format(equations[-1].result)))
    return written


OPENINGS = (": ", ", we get ", ", now ")

SILENT = {": ": "First ", ", we get ": "We get ", ", now ": "Now "}
"""How a manner opens a step that has no words of its own."""

CLOSINGS = ("The answer is \\boxed{{{}}}.", "So it is \\boxed{{{}}}.", "This makes \\boxed{{{}}}.")
