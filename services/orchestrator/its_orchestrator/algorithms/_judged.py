"""What algorithms have in common in which the generator itself judges answers: how it is asked, and understood."""

import re

from pydantic import Field

from its_orchestrator.algorithms._algorithm import Algorithm


class Judged(Algorithm):
    """An algorithm whose judge is the model that answers.

    What the judge writes costs tokens and is no sample. A verdict that can't be understood is never an answer: each
    algorithm says what it does then, and notes it.
    """

    judge_temperature: float = Field(
        default=0.0, ge=0, le=10, description="Temperature at which the judge writes; 0 is greedy."
    )


def named(verdict: str | None, count: int) -> int | None:
    r"""Return the place, from 0, of the one of `count` answers that a verdict names last; None for none.

    Forms like `Best: 3`, `**Best: answer 3**`, `best is #3` and `\boxed{3}` are understood, and a number alone.
    """
    found = _NAMED.findall(verdict or "") or _ALONE.findall(verdict or "")
    number = int(found[-1]) if found else 0
    return number - 1 if 1 <= number <= count else None


_NAMED = re.compile(
    r"(?:best(?:\s+(?:answer|one))?\W{0,4}(?:is\s*)?\W{0,4}(?:answer|number)?\W{0,4}|\\boxed\{\s*)(\d{1,4})",
    re.IGNORECASE,
)
_ALONE = re.compile(r"^\W*(?:answer\W*)?(\d{1,4})\W*$", re.IGNORECASE)
