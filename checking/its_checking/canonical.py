r"""One form of an answer, found cheaply: `0.5`, `.5`, `1/2`, `x = 0.5` and `\frac{1}{2}` are one number."""

import re
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from functools import lru_cache

from its_checking.structured import structured

LONGEST = 256
"""Characters; a longer answer is compared as a text."""


class Kind(Enum):
    """What an answer is, as far as its looks tell."""

    NUMBER = "a rational number in a usual notation"
    DOCUMENT = "a JSON document, or calls of tools"
    FORMULA = "something that takes algebra to compare"
    WORDS = "a text"


@dataclass(frozen=True, slots=True)
class Form:
    """An answer in its one form. Answers of one form are the same."""

    value: Fraction | str
    kind: Kind


@lru_cache(4096)
def form(answer: str) -> Form:
    """Return the one form of `answer`."""
    document = structured(answer)
    if document is not None:
        return Form(document, Kind.DOCUMENT)
    text = _tidied(answer)
    number = _number(text)
    if number is not None:
        return Form(number, Kind.NUMBER)
    algebraic = len(text) <= LONGEST and _ALGEBRA.search(text) and not _PROSE.search(text)
    return Form(text, Kind.FORMULA if algebraic else Kind.WORDS)


def canonical(answer: str) -> Fraction | str:
    """Return the value of `answer` when it is a rational number in a usual notation, or its text in one form."""
    return form(answer).value


def _number(text: str) -> Fraction | None:
    plain = _FRACTION.sub(r"\1\2\3/\4\5", text)
    number = plain.replace(",", "") if _GROUPED.fullmatch(plain) else plain
    if not _NUMBER.fullmatch(number):
        return None
    over, _, under = number.partition("/")
    below = Fraction(under or 1)
    return Fraction(over) / below if below else None


def _tidied(answer: str) -> str:
    text = answer
    for mark in _NOISE:
        text = text.replace(mark, "")
    text = "".join(_TEXT.sub(r"\1", text).split()).rstrip(".").replace("\N{MINUS SIGN}", "-")
    while named := _NAMED.match(text):
        text = text[named.end() :]
    return text


_NOISE = ("$", "\\left", "\\right", "\\,", "\\!", "\\;", "\\ ", "\\(", "\\)", "^{\\circ}", "^\\circ")
_TEXT = re.compile(r"\\(?:text|mathrm|textbf)\{([^{}]*)\}")
_NAMED = re.compile(r"(?:[A-Za-z\\][\w\\{}']{0,32}(?:\([\w,]{0,32}\))?|[-+*/.\d()]{1,64})=(?=[^=])")
r"""What is told to have the value that follows: `x=`, `f(x)=`, `\angle{ABC}=`, `7*8=`; not `x+y=`, nor `x>=`."""
_FRACTION = re.compile(r"([+-]?)\\[dt]?frac(?:\{([+-]?\d+)\}|(\d))(?:\{(\d+)\}|(\d))")
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_NUMBER = re.compile(r"[+-]?(\d{1,64}(\.\d{0,64})?|\.\d{1,64})(e[+-]?\d{1,2})?(/(\d{1,64}(\.\d{0,64})?|\.\d{1,64}))?")
_ALGEBRA = re.compile(r"[\\^*/+\-=<>()|!%\d√π∞]")
_PROSE = re.compile(r"(?<![\\A-Za-z])(?!sqrt|arc|inf|log|sin|cos|tan|exp|mod|theta|alpha|beta|gamma|delta)[A-Za-z]{4,}")
"""Words that are no names of functions or variables."""
