"""`its report`: tables, curves and a page of what `its eval` wrote."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from its_cli.exits import explained

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="A folder that `its eval` filled.", file_okay=False)]
Out = Annotated[Path | None, typer.Option(help="Where the report goes; default: the same folder.", file_okay=False)]


def report(folder: Folder, *, out: Out = None) -> None:
    """Print what each algorithm achieved and cost; write report.md, report.html and charts as SVG.

    Every accuracy has a 95 % interval over problems, and its paired difference from the first algorithm. What only
    selects is worked out again from the recorded samples for every smaller budget.

    Exit status: 0 written; 2 there is nothing to report.
    """
    with explained():
        # numpy takes a moment to load, which other commands needn't wait for.
        from its_cli.reporting.report import report as reported  # noqa: PLC0415

        made = reported(folder)
        console = Console(highlight=False, width=max(Console().width, WIDTH))
        for table in made.tables:
            console.print(table.printed())
        for path in made.write(out or folder):
            Console(stderr=True, highlight=False).print(str(path), style="dim", soft_wrap=True)


WIDTH = 136
"""Columns of a table at least: a narrower terminal breaks its lines, which is better than figures cut off."""
