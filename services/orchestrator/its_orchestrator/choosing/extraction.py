r"""Extraction: the final answer inside a text, which stands in the last `\boxed{…}`."""

_BOX = "\\boxed{"


def boxed(text: str) -> str | None:
    r"""Return what the last closed `\boxed{…}` of `text` holds, nested braces included; None without one."""
    start = text.rfind(_BOX)
    while start >= 0:
        inside = _balanced(text, start + len(_BOX))
        if inside is not None:
            return inside.strip() or None
        start = text.rfind(_BOX, 0, start)
    return None


def _balanced(text: str, start: int) -> str | None:
    depth = 1
    for at in range(start, len(text)):
        depth += (text[at] == "{") - (text[at] == "}")
        if not depth:
            return text[start:at]
    return None
