"""The folder of an evaluation: what its rows are about, so that rows of different things never mix."""

import hashlib
import os
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from its_cli.exits import REFUSED, Failed

ABOUT = "eval.json"
"""The name of the file that tells it."""


class About(BaseModel):
    """What all rows of a folder have in common."""

    model_config = ConfigDict(frozen=True)

    file: str
    """Name of the file of problems."""
    sha256: str
    """Of its content."""
    fields: dict[str, str] = {}
    """What it calls its fields, where that had to be said."""
    model: str
    """The model, profile or <either>:<algorithm> that was asked."""
    commands: tuple[str, ...] = ()
    """Every command that wrote rows, each once."""


def about(file: Path, fields: dict[str, str], model: str, command: str) -> About:
    """Return what rows from a file and a model have in common."""
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    return About(file=file.name, sha256=digest, fields=fields, model=model, commands=(command,))


def claim(folder: Path, ours: About) -> None:
    """Write what the rows of a folder are about. Raises Failed where they are about something else."""
    folder.mkdir(parents=True, exist_ok=True)
    commands = ours.commands
    if (folder / ABOUT).is_file():
        theirs = told(folder)
        if (other := _other(theirs, ours)) is not None:
            raise Failed(f"{folder} has rows of another {other}; choose another --out, or remove the folder", REFUSED)
        commands = tuple(dict.fromkeys((*theirs.commands, *ours.commands)))
    whole = ours.model_copy(update={"commands": commands})
    new = folder / f".{ABOUT}"
    with new.open("w", encoding="utf-8") as file:
        file.write(whole.model_dump_json(indent=2) + "\n")
        file.flush()
        os.fsync(file.fileno())
    new.replace(folder / ABOUT)


def told(folder: Path) -> About:
    """Return what the rows of a folder are about. Raises Failed where it isn't an evaluation's."""
    try:
        return About.model_validate_json((folder / ABOUT).read_bytes())
    except (OSError, ValidationError) as error:
        message = f"{folder} is no folder of an evaluation; `its eval FILE.jsonl --out {folder}` makes one"
        raise Failed(message, REFUSED) from error


def _other(theirs: About, ours: About) -> str | None:
    """Return the first thing in which the two differ."""
    if (theirs.sha256, theirs.fields) != (ours.sha256, ours.fields):
        return f"file, {theirs.file}, or of the same one read otherwise"
    return f"model, {theirs.model}" if theirs.model != ours.model else None
