"""Marks in a reply: what stands before an answer, and is no part of it."""

import re


def after_first(mark: str, text: str) -> str:
    """Return `text` without a leading `MARK:`, in any case and with markdown around it."""
    return re.sub(rf"^[\s*#_`]*{_words(mark)}{_COLON}\s*", "", text, count=1, flags=re.IGNORECASE).strip()


def after_last(mark: str, text: str) -> str | None:
    """Return what follows the last `MARK:` of `text`; None where there is none."""
    found = list(re.finditer(rf"{_words(mark)}{_COLON}", text, re.IGNORECASE))
    return text[found[-1].end() :].strip() if found else None


def chosen(marks: str, text: str, count: int) -> int | None:
    """Return the place, from 0, that the last `MARK: i` of `text` names among `count`.

    None where it names none in range, or several; what an earlier mark names was taken back then.
    """
    found = list(re.finditer(rf"(?:{marks}){_IS}", text, re.IGNORECASE))
    sure = [one for one in found if one["sure"] or _NUMBER.match(text, one.end())]
    number = _NUMBER.match(text, sure[-1].end()) if sure else None
    return in_range(int(number[1]), count) if number else None


def written(marks: str, text: str) -> bool:
    """Tell whether a mark stands in `text`."""
    return re.search(marks, text, re.IGNORECASE) is not None


def only_number(text: str, count: int) -> int | None:
    """Return the place, from 0, of the one number from 1 to `count` that stands in `text`; None for none or several."""
    places = {in_range(int(one), count) for one in re.findall(r"(?<![\w.,])\d+(?![\d\w]|[.,]\d)", text)} - {None}
    return places.pop() if len(places) == 1 else None


def in_range(number: int, count: int) -> int | None:
    """Return the place, from 0, of a number from 1 to `count`; None for any other."""
    return number - 1 if 1 <= number <= count else None


def _words(mark: str) -> str:
    return r"[\s_]+".join(map(re.escape, mark.split()))


_COLON = r"[*_`]*\s*[:：][*_`]*"  # noqa: RUF001  (models that think in Chinese write the wide one)
_IS = r"[\s*_`\"']*(?:(?P<sure>[:=：])|is\b)?"  # noqa: RUF001
_NUMBER = re.compile(
    r"[\s*_`\"'#\[(<$]*(?:\\boxed\{)?(?:(?:plan|item|answer|candidate|number)\b[\s#]*)?(\d+)(?:\.0+)?"
    r"(?!\w|[.,]\d|\s*(?:or|and|,|/|-|to)\s*\d)",
    re.IGNORECASE,
)
"""What may stand between a mark and its number; two numbers name none."""
