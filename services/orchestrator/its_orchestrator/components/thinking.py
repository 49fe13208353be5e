"""What a model says once its reasoning is taken away."""

import re


def spoken(text: str) -> str:
    """Return `text` without its `<think>…</think>`; one that never closes takes the rest with it.

    Templates of reasoning models may open the block themselves: then what is before `</think>` was thought, too.
    """
    closed = _BLOCK.sub("", text)
    after = _CLOSE.split(closed)[-1]
    return _OPEN.split(after)[0].strip()


_OPEN = re.compile(r"<think(?:ing)?>", re.IGNORECASE)
_CLOSE = re.compile(r"</think(?:ing)?>", re.IGNORECASE)
_BLOCK = re.compile(rf"{_OPEN.pattern}.*?{_CLOSE.pattern}", re.DOTALL | re.IGNORECASE)
