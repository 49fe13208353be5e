"""`its config`: is this its.yaml right, what may stand in one, and one to begin with."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from its_cli.component_schema import whole
from its_cli.example import EXAMPLE
from its_cli.problems import problems
from its_runtime.process import CONFIG_ERROR

app = typer.Typer(no_args_is_help=True, help="Check an its.yaml, or print its schema or one to begin with.")

File = Annotated[Path, typer.Argument(help="An its.yaml.", exists=True, dir_okay=False)]


Override = Annotated[
    list[str] | None, typer.Option("--override", help="A value in place of the file's: path.to.key=value.")
]


@app.command()
def check(file: File, override: Override = None) -> None:
    """Check a whole its.yaml: every error with its line, and what would be right. Exit status 78 when there is one."""
    found = problems(file, override or ())
    for problem in found:
        Console(stderr=True).print(problem, style="red", soft_wrap=True, markup=False, highlight=False)
    if found:
        raise typer.Exit(CONFIG_ERROR)
    Console(highlight=False).print(f"{file}: right")


@app.command()
def example() -> None:
    """Print an its.yaml to begin with: `its config example > its.yaml`."""
    typer.echo(EXAMPLE, nl=False)


@app.command()
def schema() -> None:
    """Print the JSON schema of its.yaml, for editors that complete and check while one types."""
    Console(soft_wrap=True).print_json(json.dumps(whole()))
