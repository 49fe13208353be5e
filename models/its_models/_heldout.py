"""The problems that neither model has seen in training."""

import json
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).parent / "heldout.jsonl"


@dataclass(frozen=True, slots=True)
class HeldoutProblem:
    """A problem and its answer."""

    id: str
    family: str
    """How it is told: `expressions`, `equations`, `word`, `travel`, `shopping` or `machines`."""
    problem: str
    """The text for the user's message."""
    answer: str
    """What belongs in the box: a number, 0..99."""
    steps: int
    """How many steps a solution has, the boxed answer included."""


def heldout() -> list[HeldoutProblem]:
    """Return all of them, in the order of the file."""
    lines = FILE.read_text(encoding="utf-8").splitlines()
    return [HeldoutProblem(**json.loads(line)) for line in lines]
