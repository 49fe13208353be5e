"""A score as a judge writes it, read whatever it looks like."""

import re

LOWEST, HIGHEST = 1.0, 10.0


def score(text: str) -> float | None:
    """Return the last `FINAL SCORE: x` of a text, within 1 to 10; None where there is none.

    Any case, markdown around it, `8/10` and `8 out of 10` are understood.
    """
    found = _SCORE.findall(text)
    return min(HIGHEST, max(LOWEST, float(found[-1]))) if found else None


FORM = "FINAL SCORE: <number from 1 to 10>"

_SCORE = re.compile(
    r"final[\s_*]*score[\s*_`\"']*(?:[:=]|is)[\s*_`\"'\[(<]*(-?\d+(?:\.\d+)?)(?![\d.]*%)", re.IGNORECASE
)
