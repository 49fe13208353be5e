"""Marks in a reply: what stands before an answer, and is no part of it."""

import re


def after_first(mark: str, text: str) -> str:
    """Return `text` without a leading `MARK:`, in any case and with markdown around it."""
    return re.sub(rf"^[\s*#_`]*{re.escape(mark)}[*_`]*\s*:[*_`]*\s*", "", text, count=1, flags=re.IGNORECASE).strip()


def after_last(mark: str, text: str) -> str | None:
    """Return what follows the last `MARK:` of `text`; None where there is none."""
    found = list(re.finditer(rf"{re.escape(mark)}[*_`]*\s*:[*_`]*", text, re.IGNORECASE))
    return text[found[-1].end() :].strip() if found else None


def chosen(marks: str, text: str, count: int) -> int | None:
    """Return the place, from 0, that the last `MARK: i` of `text` names among `count`; None for none in range."""
    found = re.findall(
        rf"(?:{marks})[\s*_`\"']*[:=]?[\s*_`\"'#\[(<]*(?:plan|item|number)?\s*(\d+)", text, re.IGNORECASE
    )
    place = int(found[-1]) if found else 0
    return place - 1 if 1 <= place <= count else None
