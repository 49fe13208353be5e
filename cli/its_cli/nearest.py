"""The nearest valid name: what somebody probably meant."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

Schema = Mapping[str, Any]


def nearest(name: str, names: Iterable[str]) -> str:
    """Return `; did you mean 'x'?`, or the names that exist when none is near, or nothing when there are none."""
    known = sorted(set(names))
    if close := get_close_matches(name, known, n=1, cutoff=0.5):
        return f"; did you mean {close[0]!r}?"
    return f"; there are {', '.join(known)}" if known else ""


def names_at(schema: Schema, path: Sequence[int | str]) -> set[str]:
    """Return the keys that the JSON `schema` of the whole allows in the object at `path`.

    A step that no key accounts for, such as pydantic's tag of a union's branch, stays where it is.
    """
    here = list(_branches(schema, schema))
    for step in path:
        here = [branch for one in here for below in _below(one, step) for branch in _branches(below, schema)] or here
    return {name for one in here for name in one.get("properties", {})}


def _branches(part: Schema, whole: Schema) -> Iterator[Schema]:
    """Yield `part`, or what it refers to, or each member of the union that it is."""
    if "$ref" in part:
        yield from _branches(whole["$defs"][part["$ref"].rsplit("/", 1)[-1]], whole)
    elif members := part.get("anyOf") or part.get("oneOf"):
        for member in members:
            yield from _branches(member, whole)
    else:
        yield part


def _below(part: Schema, step: int | str) -> Iterator[Schema]:
    if isinstance(step, int):
        candidates = (part.get("items"),)
    else:
        candidates = (part.get("properties", {}).get(step) or part.get("additionalProperties"),)
    yield from (one for one in candidates if isinstance(one, dict))
