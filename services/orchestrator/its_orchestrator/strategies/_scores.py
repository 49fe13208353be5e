"""A score as a judge writes it, read whatever it looks like."""

import re

from its_orchestrator.strategies._judge import Form

LOWEST, HIGHEST = 1.0, 10.0


def score(text: str) -> float | None:
    """Return the last `FINAL SCORE: x` of a text, within 1 to 10; None where there is none.

    Any case, markdown around it, `8/10` and `8 out of 10` are understood.
    """
    found = _SCORE.findall(text)
    return min(HIGHEST, max(LOWEST, float(found[-1]))) if found else None


FORM = Form("FINAL SCORE: <number from 1 to 10>", score, {"type": "number", "minimum": LOWEST, "maximum": HIGHEST})
"""How a judge is asked for a score."""

_SCORE = re.compile(
    r"final[\s_*]*score[\s*_`\"']*(?:[:=]|is)[\s*_`\"'\[(<]*(-?\d+(?:\.\d+)?)(?![\d.]*%)", re.IGNORECASE
)
