r"""Numbers as people and models write them: `0.5`, `.5`, `1/2` and `\frac{1}{2}` are one."""

import re
from fractions import Fraction

LONGEST = 64
"""Characters; longer texts are no plain number."""

_DECORATION = re.compile(r"\\[,;! ]|\\left|\\right|[$\s]")
_FRACTION = re.compile(r"(?P<sign>[+-]?)\\[dt]?frac\{?(?P<over>\d+)\}?\{?(?P<under>\d+)\}?")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")
_PLAIN = re.compile(r"[+-]?(\d+/\d+|\d+\.?\d*|\.\d+)")


def number(text: str) -> Fraction | None:
    """Return the number that `text` is, exactly; None if it is no plain number."""
    if len(text) > LONGEST:
        return None
    bare = _DECORATION.sub("", text).rstrip(".")
    if found := _FRACTION.fullmatch(bare):
        bare = f"{found['sign']}{found['over']}/{found['under']}"
    if _THOUSANDS.fullmatch(bare):
        bare = bare.replace(",", "")
    try:
        return Fraction(bare) if _PLAIN.fullmatch(bare) else None
    except ZeroDivisionError:
        return None
