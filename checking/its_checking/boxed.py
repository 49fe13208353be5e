r"""Boxed answers: what stands in the last `\boxed{…}` of a solution."""

import re

_BOXED = "\\boxed"
_MARKS = re.compile(r"(?P<box>\\+boxed\s*\{)|\\.|(?P<open>\{)|(?P<close>\})", re.DOTALL)


def last_boxed(text: str) -> str | None:
    r"""Return what the last closed `\boxed{…}` of `text` holds, nested braces included; None where there is none.

    A box that was cut off says nothing, so that the one before it counts; an empty one is no answer. Linear in the
    text, whatever is left open in it.
    """
    waiting: list[int | None] = []
    last = range(0)
    first = text.find(_BOXED)
    if first < 0:
        return None
    for mark in _MARKS.finditer(text, first):  # what stands before can't close a box
        if mark["box"]:
            waiting.append(mark.end())
        elif mark["open"]:
            waiting.append(None)
        elif mark["close"] and waiting:
            start = waiting.pop()
            if start is not None and start > last.start:
                last = range(start, mark.start())
    return text[last.start : last.stop].strip() or None
