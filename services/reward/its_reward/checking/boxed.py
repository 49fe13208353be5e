r"""Boxed answers: what stands in the last `\boxed{...}` of a solution."""

OPENING = r"\boxed{"


def last_boxed(text: str) -> str | None:
    r"""Return the content of the last `\boxed{...}`, nested braces included; None if there is none, or it is open.

    An open last box is a truncated answer; an earlier one isn't taken in its place. Linear in the text.
    """
    start = text.rfind(OPENING)
    if start < 0:
        return None
    start += len(OPENING)
    end = _closing(text, start)
    return None if end is None else text[start:end].strip()


def _closing(text: str, start: int) -> int | None:
    depth, place = 1, start
    while place < len(text):
        if text[place] == "\\":
            place += 1
        elif text[place] in "{}":
            depth += 1 if text[place] == "{" else -1
            if not depth:
                return place
        place += 1
    return None
