"""The nearest valid name: what somebody probably meant."""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: str, names: Iterable[str]) -> str:
    """Return `; did you mean 'x'?`, or the names that exist when none is near, or that there are none."""
    known = sorted(set(names))
    if close := get_close_matches(name, known, n=1, cutoff=0.5):
        return f"; did you mean {close[0]!r}?"
    return f"; there are {', '.join(known)}" if known else "; there are none"
