"""A judge's verdict, read from what it wrote. What can't be read is None, never a grade."""

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

BEST = 10
"""The highest grade; the lowest is 0."""


@dataclass(frozen=True, slots=True)
class Grade:
    """What the judge thinks."""

    score: float
    """0 to BEST."""
    rationale: str


def read(text: str, candidate: str) -> Grade | None:
    """Return the one verdict in a judge's `text`; None when there is none, several, or one copied from `candidate`.

    Thoughts, words around the JSON object and code fences are passed over.
    """
    said = text.rsplit("</think>", 1)[-1]
    grades = [grade for source, grade in _grades(said) if source not in candidate]
    return grades[0] if len(grades) == 1 else None


def _grades(text: str) -> Iterator[tuple[str, Grade]]:
    place = text.find("{")
    while place >= 0:
        found, end = _object(text, place)
        grade = _grade(found)
        if grade is not None:
            yield text[place:end], grade
        place = text.find("{", end if grade else place + 1)


def _object(text: str, place: int) -> tuple[object, int]:
    try:
        return _DECODER.raw_decode(text, place)
    except (ValueError, RecursionError):
        return None, place + 1


def _grade(found: object) -> Grade | None:
    if not isinstance(found, dict):
        return None
    verdict = cast("dict[str, Any]", found)
    score = _number(verdict.get("score"))
    if score is None or not 0 <= score <= BEST:
        return None
    return Grade(score, str(verdict.get("rationale", "")))


def _number(value: object) -> float | None:
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


_DECODER = json.JSONDecoder()
_DIGITS = re.compile(r"\d{1,2}(\.\d+)?")
