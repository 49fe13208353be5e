"""Answering a question: what goes to standard output, and what people see meanwhile on standard error."""

import json
import os
import sys
from contextlib import aclosing
from enum import Enum, auto
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from its_cli.candidates import explanation
from its_cli.question import Question

if TYPE_CHECKING:
    from openai import AsyncOpenAI

PATIENCE = "thinking"


class Style(Enum):
    """What is printed."""

    TEXT = auto()
    """The answer."""
    STREAM = auto()
    """The answer, as soon as each piece of it is certain."""
    JSON = auto()
    """The whole completion."""


async def answer(question: Question, url: str, style: Style, console: Console) -> None:
    """Ask the gateway at `url` and print its answer; on `console`, how it was found. Raises Failed."""
    # The SDK takes a second to import, which the other commands need not wait for.
    from its_cli.client import gateway  # noqa: PLC0415

    async with gateway(url, os.environ.get("ITS_API_KEY", "none")) as client:
        if style is Style.JSON:
            await _document(client, question, console)
        else:
            await _text(client, question, console, at_once=style is Style.STREAM)


async def _document(client: "AsyncOpenAI", question: Question, console: Console) -> None:
    from its_cli.client import completion  # noqa: PLC0415

    with console.status(PATIENCE):
        whole = await completion(client, question)
    _write(json.dumps(whole, ensure_ascii=False) + "\n")


async def _text(client: "AsyncOpenAI", question: Question, console: Console, *, at_once: bool) -> None:
    from its_cli.client import pieces  # noqa: PLC0415

    written, its = "", {}
    with console.status(PATIENCE) as status:
        async with aclosing(pieces(client, question)) as parts:
            async for piece in parts:
                if piece.progress:
                    status.update(Text(piece.progress.strip()))
                if piece.text and at_once:
                    status.stop()  # on a terminal, the line would overwrite the text
                    _write(piece.text)
                written, its = written + piece.text, piece.its or its
    _write("\n" if at_once else f"{written}\n")
    console.print(explanation(its))


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
