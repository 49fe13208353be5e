"""The commands of `its trace`."""

import asyncio
import json
import sys
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Annotated, TextIO

import typer
from google.protobuf import json_format
from google.protobuf.message import Message
from rich.console import Console
from rich.markup import escape

from its.orchestrator.v1.orchestrator_pb2 import GetTraceResponse
from its_cli.exits import REFUSED, Failed, explained
from its_cli.layout import configured
from its_cli.loading import load
from its_cli.tracing.source import Source, opened

app = typer.Typer(no_args_is_help=True, help="Look at runs: those that go on, and those that are kept.")

Url = Annotated[str | None, typer.Option(help="A gateway; default: this machine's. ITS_API_KEY is sent as the key.")]
File = Annotated[Path | None, typer.Option("--file", help="Read runs that `its trace export` wrote, not a gateway's.")]
Json = Annotated[bool, typer.Option("--json", help="Print the contract's own JSON.")]
Id = Annotated[str, typer.Argument(metavar="RUN", help="The run's trace id.")]
Ids = Annotated[list[str] | None, typer.Argument(metavar="[RUN]...", help="Trace ids; default: all runs.")]
Most = Annotated[int, typer.Option(min=1, help="How many at most, the latest first.")]
Out = Annotated[Path | None, typer.Option(help="Where to; default: standard output.", dir_okay=False)]
Rules = Annotated[
    str,
    typer.Option(help="Rules with commas: first, self-consistency, best-of-n, weighted-best-of-n. Default: all."),
]
Dpo = Annotated[bool, typer.Option("--dpo", help="Write preference pairs (prompt, chosen, rejected) of scored runs.")]
Margin = Annotated[float, typer.Option(min=0, help="With --dpo: by how much the chosen one must score higher.")]


@app.command("list")
def list_(most: Most = 25, url: Url = None, file: File = None, *, json: Json = False) -> None:
    """List runs, the latest first.

    Exit status: 0 listed; 2 refused; 69 no gateway answers.
    """
    with _runs(url, file) as runs:
        infos = list(islice(runs.infos(), most))
        if json:
            _lines(sys.stdout, infos)
            return
        from its_cli.tracing.tables import listed  # noqa: PLC0415  (its rules load the orchestrator)

        Console(highlight=False).print(listed(infos) if infos else "no runs are kept")


@app.command()
def show(run: Id, url: Url = None, file: File = None, *, json: Json = False) -> None:
    """Show what happened in a run, step by step.

    Exit status: 0 shown; 2 there is no such run; 69 no gateway answers.
    """
    with _runs(url, file) as runs:
        trace = runs.trace(run)
        if json:
            _lines(sys.stdout, [trace])
        else:
            _story(trace)


@app.command()
def export(
    runs: Ids = None,
    out: Out = None,
    url: Url = None,
    file: File = None,
    margin: Margin = 0.0,
    *,
    dpo: Dpo = False,
) -> None:
    """Write runs as JSON, one a line; with --dpo, the preference pairs that their scores are.

    Exit status: 0 written; 2 there is no such run; 69 no gateway answers.
    """
    with _runs(url, file) as source, _written(out) as where:
        for trace in _traces(source, runs):
            if dpo:
                _pairs(where, trace, margin)
            else:
                _lines(where, [trace])


@app.command()
def replay(runs: Ids = None, rules: Rules = "", url: Url = None, file: File = None) -> None:
    """Say what other selection rules would have chosen from the same samples, without asking any model.

    Exit status: 0 said; 2 there is no such run or rule; 69 no gateway answers.
    """
    from its_cli.tracing.replay import replay as replayed  # noqa: PLC0415  (loads the orchestrator)
    from its_cli.tracing.tables import chosen, question, short  # noqa: PLC0415
    from its_orchestrator.choosing.equivalence import MathEquivalence  # noqa: PLC0415

    console = Console(highlight=False)
    wanted = [name.strip() for name in rules.split(",") if name.strip()]
    with _runs(url, file) as source:
        for trace in _traces(source, runs):
            if not (runs or any(event.HasField("answer") for event in trace.events)):
                continue  # runs that failed, or still go on, have nothing to choose from
            choices = asyncio.run(replayed(trace, MathEquivalence(), wanted))
            title = f"{trace.info.trace_id}  {trace.info.algorithm}  {short(question(trace.info))}"
            console.print(escape(title), style="bold")
            console.print(chosen(choices))


@contextmanager
def _runs(url: str | None, file: Path | None) -> Generator[Source, None, None]:
    with explained():
        if url and file:
            raise Failed("--url asks a gateway, --file reads a file; choose one", REFUSED)
        with opened(url or configured(load(None), None).url, file) as source:
            yield source


def _traces(source: Source, runs: Sequence[str] | None) -> Iterable[GetTraceResponse]:
    names = runs or [info.trace_id for info in source.infos()]
    return (source.trace(name) for name in names)


@contextmanager
def _written(out: Path | None) -> Generator[TextIO, None, None]:
    if out is None:
        yield sys.stdout
        return
    try:
        with out.open("w") as file:
            yield file
    except OSError as error:
        raise Failed(f"{out} can't be written: {error.strerror}", REFUSED) from error


def _lines(where: TextIO, messages: Iterable[Message]) -> None:
    where.writelines(
        json_format.MessageToJson(one, preserving_proto_field_name=True, indent=None) + "\n" for one in messages
    )


def _pairs(where: TextIO, trace: GetTraceResponse, margin: float) -> None:
    from its_cli.preferences import pairs  # noqa: PLC0415

    where.writelines(json.dumps(pair, ensure_ascii=False) + "\n" for pair in pairs(trace, margin))


def _story(trace: GetTraceResponse) -> None:
    from its_cli.search import Story  # noqa: PLC0415

    console, story = Console(highlight=False), Story()
    for event in trace.events:
        for line in story.told(event):
            console.print(line)
    if trace.info.error:
        console.print(f"failed: {trace.info.error}", style="red", markup=False)
