"""The catalogue of algorithms, for people: a table that is readable in 100 columns."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

NAME = 28
"""Most columns of a name."""
_BOUNDS = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}


def catalogue(listed: Sequence[Mapping[str, Any]]) -> RenderableType:
    """Return `listed` (as `its_cli.algorithms.described` makes them) as a table, an algorithm a row."""
    table = Table(show_lines=True, expand=True)
    table.add_column("algorithm", style="bold cyan", max_width=NAME, overflow="fold")
    table.add_column("what it does, and its parameters", ratio=1, overflow="fold")
    for one in listed:
        table.add_row(Text(one["name"]), Group(Text(one["summary"]), _facts(one), _parameters(one["parameters"])))
    return table


def _facts(one: Mapping[str, Any]) -> Text:
    lines = [f"budget: {one['budget']}", f"needs: {', '.join(one['needs']) or 'any generator'}", one["source"]]
    return Text("\n".join(line for line in lines if line), "dim")


def _parameters(schema: Mapping[str, Mapping[str, Any]]) -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0), expand=True)
    grid.add_column(ratio=1, overflow="fold")
    grid.add_column(ratio=1, overflow="fold")
    for name, one in schema.items():
        default = f" = {_plain(one['default'])}" if "default" in one else ""
        said = Text(name, "green").append(f"{default}{_limits(one)}", "yellow")
        grid.add_row(said, Text(one.get("description", "")))
    return grid


def _limits(schema: Mapping[str, Any]) -> str:
    choices = schema.get("enum")
    if choices:
        return f" ({' | '.join(map(_plain, choices))})"
    bounds = [f"{sign} {schema[key]:g}" for key, sign in _BOUNDS.items() if key in schema]
    return f" ({', '.join(bounds)})" if bounds else ""


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
