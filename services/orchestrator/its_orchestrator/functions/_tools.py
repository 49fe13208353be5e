"""The functions that another one uses as tools, and how models learn of them."""

from collections.abc import Sequence

from its_orchestrator.components.builder import Builder
from its_orchestrator.components.function import Function
from its_orchestrator.components.references import Section, references


async def tools_of(builder: Builder, function: Function) -> list[Function]:
    """Return the functions that the configuration of `function` refers to, groups taken apart, each once, in order."""
    if function.config is None:
        return []
    names = [one.name for one in references(function.config) if one.section is Section.FUNCTION]
    return await tools_named(builder, names)


async def tools_named(builder: Builder, names: Sequence[str]) -> list[Function]:
    """Return the functions of these names, groups taken apart, each once, in order."""
    found = [one for name in names for one in await builder.get_functions(name)]
    return [*{one.name: one for one in found}.values()]


def described(tools: Sequence[Function]) -> str:
    """Return a line for each tool: its name and what it does."""
    return "\n".join(f"- {one.name}: {' '.join(one.description.split())}" for one in tools)
