"""An order: an algorithm, and the terms on which it runs."""

from dataclasses import dataclass

from its_orchestrator.algorithms import Algorithm
from its_orchestrator.terms import Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Order(Terms):
    """What to run. What runs it sees the terms alone."""

    algorithm: Algorithm
