r"""The answer in the last `\boxed{…}` of a text."""

import re

BOX = re.compile(r"\\boxed\{([^{}]*)\}")


def last_boxed(text: str) -> str | None:
    r"""Return what the last `\boxed{…}` of `text` holds, without spaces around it; None when there is none."""
    found = BOX.findall(text)
    return found[-1].strip() if found else None
