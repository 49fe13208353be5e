"""A blueprint: every component that an its.yaml names, its configuration checked, none of them built."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from pydantic import ValidationError

from its_orchestrator import functions, llms, strategies, tools
from its_orchestrator import registry as algorithms
from its_orchestrator.components.config import TypedConfig
from its_orchestrator.components.references import Section, Where
from its_orchestrator.components.registry import REGISTRY, Registered, TypeRegistry
from its_orchestrator.strategies import ItsAlgorithmConfig
from its_orchestrator.workflows.nearest import nearest
from its_runtime.errors import InvalidRequest, ItsError, NotFound, Violation

BUILTIN = (llms, strategies, functions, tools)
"""Their import registers what comes with us."""
WORKFLOW = "workflow"
UNKNOWN = "extra_forbidden"
"""What pydantic calls a key that doesn't exist."""
SECTIONS: dict[str, Section] = {
    "llms": Section.LLM,
    "functions": Section.FUNCTION,
    "function_groups": Section.GROUP,
    "its_strategies": Section.STRATEGY,
    "ttc_strategies": Section.STRATEGY,
}
"""Sections of its.yaml, and what their entries are."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong."""

    where: Where
    """Its place in the file."""
    message: str

    @property
    def path(self) -> str:
        """Its place, as it is written."""
        return ".".join(map(str, self.where))


@dataclass(frozen=True, slots=True)
class Entry:
    """One component, as it is configured."""

    where: Where
    registered: Registered
    config: TypedConfig


@dataclass(frozen=True, slots=True)
class Blueprint:
    """The components by section and name; the workflow is the function called `workflow`."""

    entries: Mapping[Section, Mapping[str, Entry]] = field(default_factory=dict[Section, Mapping[str, Entry]])
    findings: tuple[Finding, ...] = ()
    """What is wrong with entries that are left out."""

    def of(self, section: Section) -> Mapping[str, Entry]:
        """Return the entries of a section by name."""
        return self.entries.get(section, {})


class Drawing:
    """Reads the sections of an its.yaml into a blueprint, whatever is wrong with some of them."""

    def __init__(self, registry: TypeRegistry = REGISTRY) -> None:
        self._registry = registry
        self._entries: dict[Section, dict[str, Entry]] = {section: {} for section in Section}
        self._findings: list[Finding] = []

    def read(self, values: Mapping[str, Any]) -> Blueprint:
        """Return the blueprint of the whole file's values; sections of other kinds are not looked at."""
        for name, section in SECTIONS.items():
            for entry, written in self._mapping((name,), values.get(name)).items():
                self._add((name, entry), section, entry, written)
        if values.get(WORKFLOW) is not None:
            self._add((WORKFLOW,), Section.FUNCTION, WORKFLOW, values[WORKFLOW])
        return Blueprint(self._entries, tuple(self._findings))

    def _mapping(self, where: Where, written: object) -> dict[str, Any]:
        if written is None:
            return {}
        if not isinstance(written, dict):
            self._findings.append(Finding(where, "a mapping of names to entries is expected"))
            return {}
        return cast("dict[str, Any]", written)

    def _add(self, where: Where, section: Section, name: str, written: object) -> None:
        fields = dict(self._mapping(where, written))
        if name in self._entries[section]:
            self._findings.append(Finding(where, f"there is another {section.noun} called {name!r}; rename one"))
        elif "_type" not in fields:
            self._findings.append(Finding(where, f"_type is missing{self._registry.nearest(section, '')}"))
        else:
            self._typed(where, section, name, fields)

    def _typed(self, where: Where, section: Section, name: str, fields: dict[str, Any]) -> None:
        type_name = str(fields.pop("_type"))
        try:
            registered = self._registry.find(section, type_name)
        except NotFound as error:
            if section is not Section.STRATEGY or not _is_algorithm(type_name):
                self._findings.append(Finding((*where, "_type"), error.message))
                return
            registered, fields = self._registry.find(section, "its_algorithm"), _algorithm(type_name, fields)
        try:
            config = self._known_fields(where, registered.config_type, fields)
        except ValidationError as error:
            self._findings.extend(_explained(where, registered.config_type, error))
        else:
            self._entries[section][name] = Entry(where, registered, config)

    def _known_fields(self, where: Where, kind: type[TypedConfig], fields: dict[str, Any]) -> TypedConfig:
        """Return the configuration; keys that don't exist are noted, and don't hide what else is wrong."""
        try:
            return kind.model_validate(fields)
        except ValidationError as error:
            unknown = {str(one["loc"][0]) for one in error.errors() if one["type"] == UNKNOWN and len(one["loc"]) == 1}
            if not unknown or len(unknown) < len(error.errors()):
                raise
            self._findings.extend(_explained(where, kind, error))
            return kind.model_validate({name: value for name, value in fields.items() if name not in unknown})


def inline(blueprint: Blueprint, strategies: Mapping[str, Mapping[str, Any]]) -> Blueprint:
    """Return the blueprint with strategies of a request in it. Raises InvalidRequest naming what is wrong with them."""
    drawn = Drawing().read({"its_strategies": dict(strategies)})
    if drawn.findings:
        violations = [Violation(".".join(map(str, one.where[1:])), one.message) for one in drawn.findings]
        message = "; ".join(f"{one.field}: {one.message}" for one in violations)
        raise InvalidRequest(message, violations=violations)
    return Blueprint({**blueprint.entries, Section.STRATEGY: drawn.of(Section.STRATEGY)})


def _is_algorithm(name: str) -> bool:
    try:
        algorithms.algorithm(name)
    except ItsError:
        return False
    return True


def _algorithm(name: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a search by the algorithm `name`; what is none of the search's is a parameter of it."""
    own = {key: value for key, value in fields.items() if key in ItsAlgorithmConfig.model_fields}
    rest = {key: value for key, value in fields.items() if key not in own}
    return {"algorithm": name, **own, "parameters": {**own.get("parameters", {}), **rest}}


def _explained(where: Where, kind: type[TypedConfig], error: ValidationError) -> Iterator[Finding]:
    for one in error.errors():
        name = str(one["loc"][-1]) if one["loc"] else ""
        unknown = one["type"] == UNKNOWN
        message = (
            f"unknown key{nearest(name, kind.model_fields)}" if unknown else one["msg"].removeprefix("Value error, ")
        )
        yield Finding((*where, *one["loc"]), message)
