"""A system of one's own: four processes on free ports for the length of one command, heard only when it fails."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from rich.console import Console
from rich.text import Text

from its_cli.exits import REFUSED, Failed
from its_cli.layout import Layout
from its_cli.starting import Starting
from its_cli.system import System, system
from its_runtime.errors import ItsError

LINES = 5
"""How many of each process's last lines are shown when the command fails."""


@asynccontextmanager
async def own_system(layout: Layout, console: Console) -> AsyncGenerator[System, None]:
    """Run the four processes inside the block; when it fails, and not by a refusal, print what they said last."""
    with Starting(console) as starting:
        async with system(layout, _unheard, starting.ready) as running:
            try:
                yield running
            except (Failed, ItsError) as error:
                if not (isinstance(error, Failed) and error.status == REFUSED):  # a refusal explains itself
                    _tell(running, console)
                raise


def _unheard(name: str, line: str) -> None:
    """Leave a process's lines to the report of a failure."""


def _tell(running: System, console: Console) -> None:
    for child in running.children:
        for line in list(child.last_lines)[-LINES:]:
            console.print(Text(f"{child.name:<12} │ {line}", "dim"), soft_wrap=True)
