"""Checking a blueprint: every component is built, with models that nobody asks, and every error has its place."""

from collections.abc import Iterator

from its_orchestrator.components.references import Section, Where, references
from its_orchestrator.components.session import Session
from its_orchestrator.components.supplies import supplies
from its_orchestrator.workflows.blank import Blank
from its_orchestrator.workflows.blueprint import SECTIONS, WORKFLOW, Blueprint, Entry, Finding
from its_orchestrator.workflows.nearest import nearest
from its_orchestrator.workflows.workshop import Workshop, workshop
from its_runtime.errors import ItsError


async def check(blueprint: Blueprint) -> list[Finding]:
    """Return everything that is wrong with a blueprint, in the order of its sections and entries."""
    static = [*blueprint.findings, *_dangling(blueprint)]
    broken = {one.where[:2] for one in static}
    entries = [one for section in _BUILT for one in blueprint.of(section).items() if one[1].where not in broken]
    built: dict[Finding, None] = {}
    for name, entry in entries:
        async with supplies() as supplied, workshop(blueprint, Session.alone(), supplied, Blank) as builder:
            for finding in await _tried(builder, name, entry):
                if finding.where[:2] not in broken:
                    built[finding] = None  # one that others build on is found once
    return [*static, *built]


def _dangling(blueprint: Blueprint) -> Iterator[Finding]:
    for section in Section:
        for entry in blueprint.of(section).values():
            for one in references(entry.config):
                known = _names(blueprint, one.section)
                if one.name not in known and not _member(blueprint, one.name):
                    message = f"there is no {one.section.noun} called {one.name!r}{nearest(one.name, known)}"
                    yield Finding((*entry.where, *one.where), message)


def _names(blueprint: Blueprint, section: Section) -> set[str]:
    """Return the names that a reference to `section` may have; those that can't be read are known, too."""
    sections = (Section.FUNCTION, Section.GROUP) if section is Section.FUNCTION else (section,)
    read = {name for one in sections for name in blueprint.of(one)}
    return read | {name for section, name in _unread(blueprint) if section in sections}


def _unread(blueprint: Blueprint) -> Iterator[tuple[Section, str]]:
    """Yield the entries that something is wrong with."""
    for one in blueprint.findings:
        if one.where[0] == WORKFLOW:
            yield Section.FUNCTION, WORKFLOW
        elif len(one.where) > 1:
            yield SECTIONS[str(one.where[0])], str(one.where[1])


def _member(blueprint: Blueprint, name: str) -> bool:
    """Tell whether the name is of a function in a group; which ones there are is known when the group is built."""
    return name.replace("__", ".", 1).partition(".")[0] in blueprint.of(Section.GROUP)


async def _tried(builder: Workshop, name: str, entry: Entry) -> list[Finding]:
    try:
        match entry.registered.section:
            case Section.STRATEGY:
                await builder.get_strategy(name)
            case Section.LLM:
                await builder.provider(name)
            case _:
                await builder.get_functions(name)
    except ItsError as error:
        return [Finding(_where(one.field) or entry.where, _said(one.message, one.field)) for one in error.violations]
    return []


def _where(path: str) -> Where:
    return tuple(int(step) if step.isdigit() else step for step in path.split(".") if step)


def _said(message: str, path: str) -> str:
    return message.removeprefix(f"{path}: ")


_BUILT = (Section.LLM, Section.STRATEGY, Section.GROUP, Section.FUNCTION)
