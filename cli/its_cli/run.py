"""`its run`: one function of an its.yaml, run here and now."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from its_cli.exits import Failed, explained
from its_cli.loading import load

Config = Annotated[Path, typer.Option("--config", "--config_file", help="The its.yaml.", exists=True, dir_okay=False)]
Input = Annotated[str, typer.Option("--input", help="The input: a text, or JSON where the function takes no text.")]
Function = Annotated[str, typer.Option("--function", help="The function to run.")]
Override = Annotated[
    list[str] | None, typer.Option("--override", help="A value in place of the file's: path.to.key=value.")
]
Json = Annotated[bool, typer.Option("--json", help="Print value, ledger, seed, trace id and why it ended as JSON.")]
Stream = Annotated[bool, typer.Option("--stream", help="Print pieces of the output, and the stages, as they come.")]
Seed = Annotated[int | None, typer.Option("--seed", min=0, help="Where all randomness comes from.")]
Samples = Annotated[int | None, typer.Option("--samples", min=1, max=1000, help="Most calls of language models.")]
Tokens = Annotated[int | None, typer.Option("--tokens", min=1, help="Most completion tokens in total.")]
Seconds = Annotated[float | None, typer.Option("--seconds", min=0.001, help="Most wall seconds.")]


def run(
    context: typer.Context,
    config: Config,
    input: Input,
    function: Function = "workflow",
    override: Override = None,
    *,
    json: Json = False,
    stream: Stream = False,
    seed: Seed = None,
    samples: Samples = None,
    tokens: Tokens = None,
    seconds: Seconds = None,
) -> None:
    """Run a function of an its.yaml on an input, and print what it returns.

    Models of types like `openai` are asked directly; those of the type `its`, rewards and algorithms are where the
    section `orchestrator` says, such as those that `its up` started.

    Exit status: 0 done; 1 it failed; 2 wrong usage; 78 the file can't be used.
    """
    with explained():
        overrides = paired(override or [], context.args)
        settings = load(config, overrides).orchestrator
        # The orchestrator's libraries take a moment to load, which other commands needn't wait for.
        from its_cli.running import Limits, Printing, ran  # noqa: PLC0415

        limits = Limits(seed, samples, tokens, seconds)
        printing = Printing(as_json=json, stream=stream)
        asyncio.run(ran(config, overrides, settings, function, input, limits, printing))


def paired(overrides: list[str], rest: list[str]) -> list[str]:
    """Return the overrides, each as `path=value`; a path without a value takes the next of the other arguments."""
    values = iter(rest)
    whole = [one if "=" in one else f"{one}={next(values, '')}" for one in overrides]
    if (extra := next(values, None)) is not None:
        raise Failed(f"unexpected argument {extra!r}; an override is written --override path.to.key=value", 2)
    return whole
