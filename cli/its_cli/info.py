"""`its info`: what an its.yaml can be made of: the types of strategies, functions and language models."""

import asyncio
import importlib
import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

app = typer.Typer(no_args_is_help=True, help="List what an its.yaml can be made of, those of plugins included.")

Json = Annotated[bool, typer.Option("--json", help="Print a JSON list.")]
Listed = Sequence[Mapping[str, Any]]


@app.command()
def strategies(*, json: Json = False) -> None:
    """List every type of strategy: its stage, the pipelines it can be part of, its fields with their defaults."""
    from its_orchestrator.workflows import listing  # noqa: PLC0415  (libraries that other commands needn't load)

    found = asyncio.run(listing.strategies())
    _print([_told(one.type, one.aliases, one.summary, one.schema, one) for one in found], as_json=json)


@app.command()
def functions(*, json: Json = False) -> None:
    """List every type of function, with its fields and their defaults."""
    _types("FUNCTION", as_json=json)


@app.command()
def groups(*, json: Json = False) -> None:
    """List every type of function group, with its fields and their defaults."""
    _types("GROUP", as_json=json)


@app.command()
def llms(*, json: Json = False) -> None:
    """List every type of language model, with its fields and their defaults."""
    _types("LLM", as_json=json)


def _types(section: str, *, as_json: bool) -> None:
    from its_orchestrator.components.references import Section  # noqa: PLC0415
    from its_orchestrator.components.registry import REGISTRY  # noqa: PLC0415

    importlib.import_module("its_orchestrator.workflows.blueprint")  # registers those that come with us
    found = REGISTRY.all(Section[section])
    told = [_told(o.name, o.config_type.aliases, o.summary, o.config_type.model_json_schema(), None) for o in found]
    _print(told, as_json=as_json)


def _told(name: str, aliases: Sequence[str], summary: str, schema: Mapping[str, Any], stage: Any) -> dict[str, Any]:  # noqa: ANN401
    required = schema.get("required", ())
    fields = {
        field: {
            "description": one.get("description", ""),
            **({} if field in required else {"default": one.get("default")}),
        }
        for field, one in schema.get("properties", {}).items()
    }
    where = {"stage": str(stage.stage), "pipelines": [str(one) for one in stage.pipelines]} if stage else {}
    return {"type": name, "aliases": list(aliases), "summary": summary, **where, "fields": fields}


def _print(listed: Listed, *, as_json: bool) -> None:
    console = Console(highlight=False, soft_wrap=True)
    if as_json:
        console.print_json(json.dumps(listed))
        return
    for one in listed:
        console.print(_entry(one))


def _entry(one: Mapping[str, Any]) -> Text:
    text = Text(one["type"], "bold")
    if "stage" in one:
        text.append(f"  {one['stage']} · {', '.join(one['pipelines'])}", "cyan")
    text.append(f"\n  {one['summary']}", "not bold default")
    for name, field in one["fields"].items():
        text.append(f"\n    {name}{_default(field)}", "green").append(f"  {field['description']}", "default")
    return text.append("\n")


def _default(field: Mapping[str, Any]) -> str:
    if "default" not in field:
        return " (required)"
    shown = json.dumps(field["default"])
    return f" = {shown}" if len(shown) <= SHOWN else " = …"


SHOWN = 40
"""Longest default that is printed whole; `--json` has all."""
