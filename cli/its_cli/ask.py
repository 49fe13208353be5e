"""`its ask`: one question, to a gateway that runs or to one started for it."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from its_cli.answering import Style, answer
from its_cli.exits import REFUSED, Failed, explained
from its_cli.question import Question
from its_cli.reached import reached

Text = Annotated[str, typer.Argument(help="The question.", metavar="QUESTION")]
Algorithm = Annotated[str | None, typer.Option(help="How to spend the budget, such as particle-filtering.")]
Budget = Annotated[int | None, typer.Option(help="Samples, particles or beams, 1 to 1000.")]
Seed = Annotated[int | None, typer.Option(help="With the same question and seed, the same answer.")]
Model = Annotated[str | None, typer.Option(help="A model, a profile, or <either>:<algorithm>; default: the first.")]
Json = Annotated[bool, typer.Option("--json", help="Print the whole completion as JSON.")]
Stream = Annotated[bool, typer.Option("--stream", help="Print the answer's text as soon as it is certain.")]
Url = Annotated[str | None, typer.Option(help="A running gateway; default: this machine's, or a new one.")]
Config = Annotated[Path | None, typer.Option(help="its.yaml of this machine's services.", dir_okay=False)]


def ask(
    question: Text,
    algorithm: Algorithm = None,
    budget: Budget = None,
    seed: Seed = None,
    model: Model = None,
    *,
    json: Json = False,
    stream: Stream = False,
    url: Url = None,
    config: Config = None,
) -> None:
    """Ask a question; print the answer, and on standard error how it was chosen and what it cost.

    Without --url, the gateway on this machine (port 8108) is asked; when none runs, the services are started on free
    ports for this one question. The variable ITS_API_KEY is sent as the key.

    Exit status: 0 answered; 1 a service failed; 2 the request was refused; 69 nothing answers at the URL; 78 the
    configuration can't be used; 130 interrupted.
    """
    with explained():
        if json and stream:
            raise Failed("--json prints one whole document, --stream prints text as it comes; choose one", REFUSED)
        style = Style.JSON if json else Style.STREAM if stream else Style.TEXT
        asyncio.run(_ask(Question(question, algorithm, budget, seed, model), style, url, config))


async def _ask(question: Question, style: Style, url: str | None, config: Path | None) -> None:
    console = Console(stderr=True, highlight=False)
    async with reached(url, config, console) as gateway:
        await gateway.do(answer(question, gateway.url, style, console))
