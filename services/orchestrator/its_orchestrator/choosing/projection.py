"""Projections: what of an answer's text is compared, where that isn't its box.

Patterns are those of RE2, which matches in time linear in the text whatever the pattern, so that clients may send them:
https://github.com/google/re2/wiki/Syntax
"""

import json
import re
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any, cast

from its_orchestrator.choosing.equivalence import Equivalence, Left, Tell
from its_runtime.errors import InvalidRequest, Unmet

Extract = Callable[[str], str | None]
"""Returns the final answer inside a text, or None when there is none."""

GROUP = "its.projections"
"""`[project.entry-points."its.projections"]` of a plugin: `verdict = "their_package:verdict"`, an `Extract`. Whoever
runs the server installs it; requests choose among what is installed, and never bring code."""


class Projected:
    """Compares what a projection finds in a text as another equivalence would."""

    def __init__(self, within: Equivalence, extract: Extract) -> None:
        self._within = within
        self._extract = extract

    def telling(self, tell: Tell, left: Left) -> "Projected":
        return Projected(self._within.telling(tell, left), self._extract)

    def extract(self, text: str) -> str | None:
        return self._extract(text)

    async def groups(self, answers: Sequence[str]) -> list[list[int]]:
        return await self._within.groups(answers)


def matched(pattern: str) -> Extract:
    """Return what finds the last match of `pattern`: its first group, or all of it where it has none.

    Raises ValueError, naming what is wrong with it, when it is no pattern of RE2.
    """
    re2: Any = import_module("re2")  # untyped
    options = re2.Options()
    options.dot_nl, options.log_errors = True, False
    try:
        compiled = re2.compile(pattern, options)
    except re2.error as error:
        reason = str(error.args[0], "utf-8", "replace") if isinstance(error.args[0], bytes) else str(error)
        message = f"{pattern!r} is no pattern of RE2, which has neither look-around nor backreferences: {reason}"
        raise ValueError(message) from error
    place = 1 if compiled.groups else 0

    def found(text: str) -> str | None:
        answer = None
        for match in compiled.finditer(text):
            answer = match.group(place)
        return None if answer is None else answer.strip() or None

    return found


def field(path: str) -> Extract:
    """Return what finds the value at a dotted path of a JSON text, such as `result.total` or `items.0.name`.

    The document is the whole text, or the last one that it fences.
    """
    steps = path.split(".")

    def found(text: str) -> str | None:
        value = _document(text)
        for step in steps:
            value = _inside(value, step)
        return None if value is None else value if isinstance(value, str) else json.dumps(value)

    return found


def installed(name: str) -> Extract:
    """Return the function that a plugin installed under `name`.

    Raises InvalidRequest listing what there is, and Unmet when it can't be imported.
    """
    points = {point.name: point for point in entry_points(group=GROUP)}
    if name not in points:
        there = f"there are {', '.join(sorted(points))}" if points else "none is installed on this server"
        raise InvalidRequest.field("parameters.projection", f"no projection is called {name!r}; {there}")
    try:
        function = points[name].load()
    except Exception as error:
        raise Unmet(f"projection {name!r} ({points[name].value}) can't be imported: {error}") from error
    return cast("Extract", function)


def _document(text: str) -> object:
    fenced = _FENCED.findall(text)
    try:
        return json.loads(fenced[-1] if fenced else text)
    except (ValueError, RecursionError):
        return None


def _inside(value: object, step: str) -> object:
    if isinstance(value, dict):
        return cast("dict[str, object]", value).get(step)
    if isinstance(value, list) and step.isdecimal():
        members = cast("list[object]", value)
        return members[int(step)] if int(step) < len(members) else None
    return None


_FENCED = re.compile(r"```(?:json)?\s*\n(.*?)```", re.DOTALL)
