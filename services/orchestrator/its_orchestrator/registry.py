"""The registry: our algorithms, and those that other packages bring by entry point."""

from collections.abc import Mapping
from functools import cache

import structlog

from its_orchestrator.algorithms import BUILTIN, Algorithm
from its_orchestrator.algorithms._plugins import load, plugins
from its_runtime.errors import InvalidRequest, Unmet

_log = structlog.get_logger("its.registry")


def names() -> list[str]:
    """Return the names of all algorithms, sorted."""
    return sorted({*_ours(), *plugins()})


def algorithm(name: str) -> type[Algorithm]:
    """Return the algorithm called `name`; a plugin is imported only when asked for.

    Raises InvalidRequest listing what exists, and Unmet when the plugin can't be imported.
    """
    if name in (ours := _ours()):
        return ours[name]
    if name in (theirs := plugins()):
        return load(theirs[name])
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


@cache
def _ours() -> Mapping[str, type[Algorithm]]:
    return {kind.name: kind for kind in BUILTIN}
