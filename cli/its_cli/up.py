"""`its up`: the four processes on this machine, until Ctrl-C."""

import asyncio
import signal
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from its_cli.configuration import Configuration
from its_cli.exits import explained
from its_cli.layout import Layout, based, configured, moved
from its_cli.loading import load
from its_cli.part import PARTS, Part
from its_cli.starting import Starting
from its_cli.system import system

EVALS = Path("evals")
"""Where `its eval` writes, unless it is told otherwise."""
Config = Annotated[Path | None, typer.Option(help="its.yaml; without it, the defaults.", dir_okay=False)]
PortBase = Annotated[
    int | None,
    typer.Option(
        min=1,
        max=65532,
        help="Move all four: orchestrator to N, generator to N+1, reward to N+2, gateway to N+3. "
        "Orchestrator and gateway are pointed at their moved peers.",
    ),
]


def up(config: Config = None, port_base: PortBase = None) -> None:
    """Start generator (port 50052), reward (50053), orchestrator (50051) and gateway (8108) and show their logs.

    Ctrl-C or SIGTERM stops them in order, so that running requests finish; once more hurries. When one of them dies,
    the others are stopped and the exit status is 1; it is 69 when a port is taken, 78 for a wrong its.yaml.
    """
    with explained():
        configuration = load(config)
        ports = based(port_base) if port_base else None
        layout = moved(configuration, config, ports) if ports else configured(configuration, config)
        asyncio.run(_until_told(_drawing(layout, configuration), Console(highlight=False)))


def _drawing(layout: Layout, configuration: Configuration) -> Layout:
    """Let the page draw what `its eval` writes here, unless its.yaml names another folder."""
    if configuration.gateway.reports:
        return layout
    return replace(layout, environment={**layout.environment, "ITS_GATEWAY_REPORTS": str(EVALS.resolve())})


async def _until_told(layout: Layout, console: Console) -> None:
    running = asyncio.create_task(_run(layout, console))
    loop = asyncio.get_running_loop()

    def stop() -> None:
        running.cancel()
        _say("its: stopping", console)

    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(name, stop)
    try:
        await running
    except asyncio.CancelledError:
        _say("its: stopped", console)


def _say(text: str, console: Console) -> None:
    # The terminal may be what has gone.
    with suppress(OSError):
        console.print(text, style="bold")


async def _run(layout: Layout, console: Console) -> None:
    colours = {part.section: part.colour for part in PARTS}

    def line(name: str, text: str) -> None:
        console.print(Text(f"{name:<12} │ ", colours[name]) + Text.from_ansi(text), soft_wrap=True)

    with Starting(console) as starting:

        def ready(part: Part) -> None:
            starting.ready(part)
            console.print(f"its: {part.section} is healthy at {layout.address(part)}", style="bold")

        async with system(layout, line, ready) as running:
            console.print(_where(layout), soft_wrap=True)
            await running.unless_one_dies(asyncio.Event().wait())


def _where(layout: Layout) -> Text:
    return Text(
        f"its: ready. OpenAI's protocol at {layout.url}/v1, its documentation at {layout.url}/docs, "
        f"searches to watch at {layout.url}/ui",
        "bold green",
    )
