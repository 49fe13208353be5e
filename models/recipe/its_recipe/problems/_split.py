"""The stream of problems of a seed, and the rule that keeps some of them out of training."""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from random import Random

from its_recipe.problems._chain import Chain
from its_recipe.problems._problem import Family, Problem
from its_recipe.problems.equations import Equations
from its_recipe.problems.expressions import Expressions
from its_recipe.problems.machines import Machines
from its_recipe.problems.shopping import Shopping
from its_recipe.problems.travel import Travel
from its_recipe.problems.word import Word

FAMILIES: tuple[Family, ...] = (Expressions(), Equations(), Word(), Travel(), Shopping(), Machines())

TESTED = FAMILIES[:5]
"""The families that problems are held out of. Machines is taught only: neither model learns to follow one order while
looking up another, and it gets one problem in eleven right."""

FOLLOWED: tuple[Family, ...] = (*TESTED, Word(), Travel(), Travel())
"""What a last stage teaches: the tested families, more often those whose steps follow the order of the text."""


def is_held_out(chain: Chain | str) -> bool:
    """Tell whether a chain, or one written as `12+5*3`, is kept from training: one in sixteen, whatever its words."""
    return sha256(str(chain).encode()).digest()[0] < 16


def problems(rng: Random, families: Sequence[Family] = FAMILIES, *, held_out: bool = False) -> Iterator[Problem]:
    """Yield problems without end, either those for training or those held out."""
    while True:
        problem = rng.choice(families).pose(rng)
        if is_held_out(problem.chain) is held_out:
            yield problem
