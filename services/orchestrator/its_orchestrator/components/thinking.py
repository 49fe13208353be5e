"""What a model says once its reasoning is taken away."""

import re


def spoken(text: str) -> str:
    """Return `text` without its `<think>…</think>`; one that never closes takes the rest with it.

    Templates of reasoning models may open the block themselves: then what is before `</think>` was thought, too.
    """
    closed = _BLOCK.sub("", text)
    _, _, after = closed.rpartition("</think>")
    return (after if "</think>" in closed else closed).partition("<think>")[0].strip()


_BLOCK = re.compile(r"<think>.*?</think>", re.DOTALL)
