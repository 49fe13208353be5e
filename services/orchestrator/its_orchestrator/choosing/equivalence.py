"""Equivalence: which final answers are the same. One component, used by voting, de-duplication and grading."""

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import Protocol

from its_orchestrator.choosing.extraction import boxed
from its_orchestrator.choosing.structured import structured


class Equivalence(Protocol):
    """What an answer is, and which answers are the same."""

    def extract(self, text: str) -> str | None:
        """Return the final answer inside `text`, or None when there is none."""
        ...

    async def groups(self, answers: Sequence[str]) -> list[list[int]]:
        """Return the places of the answers, those of equal answers together, in the order of their first ones."""
        ...


class MathEquivalence:
    r"""Answers in `\boxed{…}`; equal when they read the same, or have the same value: 0.5 = .5 = 1/2.

    JSON documents and calls of tools are equal when they mean the same.
    """

    def extract(self, text: str) -> str | None:
        return boxed(text)

    async def groups(self, answers: Sequence[str]) -> list[list[int]]:
        values = {answer: canonical(answer) for answer in set(answers)}
        found: dict[Fraction | str, list[int]] = {}
        for place, answer in enumerate(answers):
            found.setdefault(values[answer], []).append(place)
        return list(found.values())


def canonical(answer: str) -> Fraction | str:
    """Return the value of `answer` when it is a rational number in a usual notation, or its text in one form."""
    document = structured(answer)
    if document is not None:
        return document
    tidied = _tidied(answer)
    plain = _FRACTION.sub(r"\1\2/\3", tidied)
    number = plain.replace(",", "") if _GROUPED.fullmatch(plain) else plain
    if not _NUMBER.fullmatch(number):
        return tidied
    over, _, under = number.partition("/")
    below = Fraction(under or 1)
    return Fraction(over) / below if below else tidied


def _tidied(answer: str) -> str:
    text = _EQUALS.split(answer)[-1]
    for mark in _NOISE:
        text = text.replace(mark, "")
    text = _TEXT.sub(r"\1", text)
    return "".join(text.split()).rstrip(".").replace("\N{MINUS SIGN}", "-")


_NOISE = ("$", "\\left", "\\right", "\\,", "\\!", "\\;", "\\ ", "\\(", "\\)", "^{\\circ}", "^\\circ")
_TEXT = re.compile(r"\\(?:text|mathrm|textbf)\{([^{}]*)\}")
_EQUALS = re.compile(r"(?<![<>!])=")
_FRACTION = re.compile(r"([+-]?)\\[dt]?frac\{([+-]?\d+)\}\{(\d+)\}")
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_NUMBER = re.compile(r"[+-]?(\d{1,64}(\.\d{0,64})?|\.\d{1,64})(e[+-]?\d{1,2})?(/(\d{1,64}(\.\d{0,64})?|\.\d{1,64}))?")
