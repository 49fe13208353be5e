"""The registry: our algorithms, and those that other packages bring by entry point."""

from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points

import structlog

from its_orchestrator.algorithms import BUILTIN, Algorithm
from its_runtime.errors import InvalidRequest, Unmet

GROUP = "its.algorithms"
"""`[project.entry-points."its.algorithms"]` of a plugin: `debate = "their_package:Debate"`."""

_log = structlog.get_logger("its.registry")


def names() -> list[str]:
    """Return the names of all algorithms, sorted."""
    return sorted({*_ours(), *_theirs()})


def algorithm(name: str) -> type[Algorithm]:
    """Return the algorithm called `name`; a plugin is imported only when asked for.

    Raises InvalidRequest listing what exists, and Unmet when the plugin can't be imported.
    """
    if name in (ours := _ours()):
        return ours[name]
    if name in (theirs := _theirs()):
        return _load(theirs[name])
    raise InvalidRequest.field("algorithm", f"no algorithm is called {name!r}; there are {', '.join(names())}")


def algorithms() -> list[type[Algorithm]]:
    """Return every algorithm that can be imported, by name; a plugin that can't is logged and left out."""
    found: list[type[Algorithm]] = []
    for name in names():
        try:
            found.append(algorithm(name))
        except Unmet as error:
            _log.warning("plugin left out", algorithm=name, reason=error.message)
    return found


def _ours() -> Mapping[str, type[Algorithm]]:
    return {kind.name: kind for kind in BUILTIN}


def _theirs() -> Mapping[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUP)}


def _load(point: EntryPoint) -> type[Algorithm]:
    try:
        kind = point.load()
    except Exception as error:
        raise Unmet(f"algorithm {point.name!r} ({point.value}) can't be imported: {error}") from error
    if not (isinstance(kind, type) and issubclass(kind, Algorithm)):
        raise Unmet(f"algorithm {point.name!r} ({point.value}) is no subclass of its_orchestrator.algorithms.Algorithm")
    return kind
