"""Slips: the random ways in which a step goes wrong; later steps go on from the slip."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from its_recipe.problems import LARGEST, SIGNS, TABLE, Operation, follow


@dataclass(frozen=True, slots=True)
class Equation:
    """What a step writes: `value` `operation` = `result`, right or not."""

    value: int
    operation: Operation
    result: int
    slipped: bool = False


def slip(rng: Random, value: int, operation: Operation, rest: tuple[Operation, ...]) -> Equation | None:
    """Draw a wrong equation from which `rest` still leads, within range, to another answer; None if luck has none."""
    answer = follow(operation(value), rest)[-1]
    for _ in range(ATTEMPTS):
        equation = rng.choices(KINDS, weights=WEIGHTS)[0](rng, value, operation)
        if equation.result != operation(value) and survives(equation.result, rest, answer):
            return equation
    return None


def survives(value: int, rest: tuple[Operation, ...], answer: int) -> bool:
    """Tell whether `rest` stays within range and tables from a wrong value, and doesn't end at the right answer."""
    values = follow(value, rest)
    tables = all(at <= TABLE for at, operation in zip(values, rest, strict=False) if operation.sign == "*")
    return tables and all(0 <= at <= LARGEST for at in values) and values[-1] != answer


def _off(value: int, operation: Operation, by: int) -> Equation:
    return Equation(value, operation, operation(value) + by, slipped=True)


def by_one(rng: Random, value: int, operation: Operation) -> Equation:
    """One too many or too few."""
    return _off(value, operation, rng.choice((-1, 1)))


def by_ten(rng: Random, value: int, operation: Operation) -> Equation:
    """A carry forgotten or taken twice."""
    return _off(value, operation, rng.choice((-10, 10)))


def swapped(rng: Random, value: int, operation: Operation) -> Equation:
    """The digits of the result the wrong way round."""
    result = operation(value)
    return Equation(value, operation, result % 10 * 10 + result // 10, slipped=True)


def confused(rng: Random, value: int, operation: Operation) -> Equation:
    """The result of another operation."""
    other = Operation(rng.choice(SIGNS), operation.operand)
    return Equation(value, operation, other(value), slipped=True)


def misread(rng: Random, value: int, operation: Operation) -> Equation:
    """Another operand than the problem has."""
    wrong = Operation(operation.sign, rng.randint(2, 9))
    return Equation(value, wrong, wrong(value), slipped=True)


def mistaken(rng: Random, value: int, operation: Operation) -> Equation:
    """Another sign than the problem has."""
    wrong = Operation(rng.choice(SIGNS), operation.operand)
    return Equation(value, wrong, wrong(value), slipped=True)


KINDS: tuple[Callable[[Random, int, Operation], Equation], ...] = (
    by_one,
    by_ten,
    swapped,
    confused,
    misread,
    mistaken,
)

WEIGHTS = (36, 20, 10, 10, 14, 10)

ATTEMPTS = 30
"""How many slips are drawn before a step is left right."""
