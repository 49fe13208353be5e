"""A chain: a start value and the operations applied to it, one per step of a solution."""

from dataclasses import dataclass
from random import Random

SIGNS = "+-*/"
LARGEST = 99
"""No value of a problem or of a solution leaves 0..99."""
TABLE = 12
"""Products and quotients stay within the tables up to 12."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One sign and its one-digit operand."""

    sign: str
    operand: int

    def __call__(self, value: int) -> int:
        """Return the result; a division drops its remainder, which only a slip can leave."""
        match self.sign:
            case "+":
                return value + self.operand
            case "-":
                return value - self.operand
            case "*":
                return value * self.operand
            case _:
                return value // self.operand

    def __str__(self) -> str:
        return f"{self.sign}{self.operand}"

    @property
    def inverse(self) -> "Operation":
        """The operation that undoes this one."""
        return Operation(SIGNS[SIGNS.index(self.sign) ^ 1], self.operand)


@dataclass(frozen=True, slots=True)
class Chain:
    """A start value and what happens to it, in order."""

    start: int
    operations: tuple[Operation, ...]

    @property
    def answer(self) -> int:
        """The value after the last operation."""
        return follow(self.start, self.operations)[-1]

    def __str__(self) -> str:
        return f"{self.start}{''.join(map(str, self.operations))}"


def follow(value: int, operations: tuple[Operation, ...]) -> list[int]:
    """Return the start and the value after each operation."""
    values = [value]
    for operation in operations:
        values.append(operation(values[-1]))
    return values


def feasible(value: int) -> dict[str, list[int]]:
    """Return the operands that each sign may take at `value`, keeping to 1..99 and to the tables."""
    digits = range(2, 10)
    return {
        "+": [n for n in digits if value + n <= LARGEST],
        "-": [n for n in digits if value - n >= 1],
        "*": [n for n in digits if value <= TABLE and value * n <= LARGEST],
        "/": [n for n in digits if value % n == 0 and 2 <= value // n <= TABLE],
    }


def draw(rng: Random, length: int, first: str | None = None) -> Chain:
    """Draw a chain of `length` operations, at least one of them a product or a quotient."""
    while True:
        start = value = rng.randint(2, TABLE) if first else rng.randint(2, 40)
        operations: list[Operation] = []
        while len(operations) < length:
            allowed = feasible(value)
            sign = first if first and not operations else rng.choices(SIGNS, weights=(3, 3, 3, 4))[0]
            if allowed[sign]:
                operations.append(Operation(sign, rng.choice(allowed[sign])))
                value = operations[-1](value)
        if any(operation.sign in "*/" for operation in operations):
            return Chain(start, tuple(operations))
