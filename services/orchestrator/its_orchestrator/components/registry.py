"""The type registry: which `_type`s there are, ours and those that other packages bring by entry point."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.metadata import entry_points
from typing import Any

import structlog

from its_orchestrator.components.config import TypedConfig
from its_orchestrator.components.references import Section
from its_runtime.errors import NotFound, Unmet

GROUP = "its.components"
"""`[project.entry-points."its.components"]` of a plugin: `mine = "their_package.register"`, a module whose import
registers what it brings."""

Build = Callable[[Any, Any], AbstractAsyncContextManager[Any]]
"""From a configuration and a builder, the component, for as long as the block lasts."""
_log = structlog.get_logger("its.components")


@dataclass(frozen=True, slots=True)
class Registered:
    """One `_type`."""

    section: Section
    config_type: type[TypedConfig]
    build: Build
    summary: str
    """What it does, in one sentence."""
    made_of: Callable[[Any], Any] | None = None
    """The class that was registered; None for a function that builds."""

    @property
    def name(self) -> str:
        """The `_type`."""
        return self.config_type.type_name


class TypeRegistry:
    """Knows every `_type` of each section. Plugins are imported when a name isn't ours, or all are listed."""

    def __init__(self) -> None:
        self._known: dict[Section, dict[str, Registered]] = {section: {} for section in Section}
        self._aliases: dict[Section, dict[str, str]] = {section: {} for section in Section}
        self._imported = False

    def register(self, one: Registered) -> None:
        """Add a type. Raises Unmet when it has no name, or one that is taken."""
        if not one.name:
            raise Unmet(
                f'{one.config_type.__name__} names no type; write class {one.config_type.__name__}(…, name="…")'
            )
        known, aliases = self._known[one.section], self._aliases[one.section]
        for name in (one.name, *one.config_type.aliases):
            if name in known or name in aliases:
                raise Unmet(f"{one.section.noun} type {name!r} is registered already; choose another name")
        known[one.name] = one
        aliases.update(dict.fromkeys(one.config_type.aliases, one.name))

    def find(self, section: Section, name: str) -> Registered:
        """Return a type by its name, an alias, or the full form `package.module/name`. Raises NotFound."""
        short = name.rpartition("/")[2]
        found = self._found(section, short)
        if found is None:
            self._import_plugins()
            found = self._found(section, short)
        if found is None:
            raise NotFound(f"no {section.noun} has the type {name!r}{self.nearest(section, short)}")
        return found

    def names(self, section: Section) -> list[str]:
        """Return the names of all types of a section, without aliases."""
        self._import_plugins()
        return sorted(self._known[section])

    def all(self, section: Section) -> list[Registered]:
        """Return all types of a section, by name."""
        return [self._known[section][name] for name in self.names(section)]

    def nearest(self, section: Section, name: str) -> str:
        """Return words that name the nearest type, or all types."""
        names = self.names(section)
        close = get_close_matches(name, [*names, *self._aliases[section]], n=1, cutoff=0.6)
        known = f"; there are {', '.join(names)}" if names else "; there are none"
        return f"; did you mean {self._aliases[section].get(close[0], close[0])!r}?" if close else known

    def _found(self, section: Section, name: str) -> Registered | None:
        return self._known[section].get(self._aliases[section].get(name, name))

    def _import_plugins(self) -> None:
        if self._imported:
            return
        self._imported = True
        for point in entry_points(group=GROUP):
            try:
                point.load()
            except Exception as error:  # noqa: BLE001  (a stranger's module may raise anything)
                _log.warning("plugin left out", plugin=point.name, module=point.value, reason=str(error))


REGISTRY = TypeRegistry()
"""What the decorators register in."""
