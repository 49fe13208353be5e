"""Plugins: algorithms that other packages bring by entry point."""

from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points

from its_orchestrator.algorithms._algorithm import Algorithm
from its_runtime.errors import Unmet

GROUP = "its.algorithms"
"""`[project.entry-points."its.algorithms"]` of a plugin: `debate = "their_package:Debate"`."""


def plugins() -> Mapping[str, EntryPoint]:
    """Return the plugins that are installed, by name; none is imported."""
    return {point.name: point for point in entry_points(group=GROUP)}


def load(point: EntryPoint) -> type[Algorithm]:
    """Import a plugin. Raises Unmet when it can't be imported, or is no algorithm."""
    try:
        kind = point.load()
    except Exception as error:
        raise Unmet(f"algorithm {point.name!r} ({point.value}) can't be imported: {error}") from error
    if not (isinstance(kind, type) and issubclass(kind, Algorithm)):
        raise Unmet(f"algorithm {point.name!r} ({point.value}) is no subclass of its_orchestrator.algorithms.Algorithm")
    return kind
