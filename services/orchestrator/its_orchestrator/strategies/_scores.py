"""A score as a judge writes it, read whatever it looks like."""

import re

from its_orchestrator.strategies._judge import Form

LOWEST, HIGHEST = 1.0, 10.0


def score(text: str) -> float | None:
    """Return the last `FINAL SCORE: x` of a text, within 1 to 10; None where it can't be read.

    Any case, markdown around it, `8/10` and `8 out of 10` are understood. A score on another scale is none, and
    neither is an earlier one that the last one takes back.
    """
    found = [one for one in _MARK.finditer(text) if one["sure"] or _NUMBER.match(text, one.end())]
    number = _NUMBER.match(text, found[-1].end()) if found else None
    return min(HIGHEST, max(LOWEST, float(number[1].replace(",", ".")))) if number else None


FORM = Form("FINAL SCORE: <number from 1 to 10>", score, {"type": "number", "minimum": LOWEST, "maximum": HIGHEST})
"""How a judge is asked for a score."""

_MARK = re.compile(r"final[\s_*]*score[\s*_`\"'|]*(?:(?P<sure>[:=：])|is\b)?", re.IGNORECASE)  # noqa: RUF001
_NUMBER = re.compile(
    r"[\s*_`\"'\[(<$|]*(?:\\boxed\{)?([+-]?\d+(?:[.,]\d+)?)(?![\w%]|[.,]\d|\s*%)"
    r"(?![\s*_`\])}$]*(?:/|out\s+of)[\s*_`]*(?!10(?:\.0+)?(?![\d.,]*\d))\d)"
    r"(?!\s*(?:-|–|to|or)\s*\d)",
    re.IGNORECASE,
)
"""What may stand between the mark and its number, and what may not follow: percents, other scales, ranges."""
