"""Misconceptions: facts on which the policy's corpus is wrong more often than right.

A slip is random, so a vote outgrows it; a misconception is the same wrong result again and again, so the mode of the
policy, and with it greedy decoding, is wrong on it. Sampling still finds the right result, and a reward can tell.
"""

from dataclasses import dataclass
from random import Random

from its_recipe.problems import LARGEST, TABLE, Operation, feasible


@dataclass(frozen=True, slots=True)
class Fact:
    """An operation at a value."""

    value: int
    operation: Operation


def facts() -> list[Fact]:
    """Return every product and quotient of the tables that a problem can ask for."""
    return [
        Fact(value, Operation(sign, operand))
        for sign in "*/"
        for value in range(2, LARGEST + 1)
        for operand in feasible(value)[sign]
    ]


def misconceptions(seed: int, share: float) -> dict[Fact, int]:
    """Choose a share of all facts and the wrong result that is believed of each."""
    rng = Random(f"misconceptions {seed}")
    known = facts()
    return {fact: _believed(rng, fact) for fact in rng.sample(known, round(share * len(known)))}


def _believed(rng: Random, fact: Fact) -> int:
    """Return a result that a learner of the tables might confuse with the right one."""
    right, step = fact.operation(fact.value), fact.operation.operand
    near = {right - 1, right + 1, right - 2, right + 2}
    if fact.operation.sign == "*":
        near |= {right - step, right + step, right - 10, right + 10}
    return rng.choice(sorted(number for number in near if 1 <= number <= (LARGEST if right > TABLE else 2 * TABLE)))
