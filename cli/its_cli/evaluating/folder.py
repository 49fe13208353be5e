"""The folder of an evaluation: what its rows are about, so that rows of different things never mix."""

import hashlib
import json
import os
from collections.abc import Collection
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from its_cli.evaluating.job import Grid
from its_cli.evaluating.settings import Settings
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
    settings: Settings = Settings()
    parameters: dict[str, dict[str, Any]] = {}
    """What each algorithm that was asked for was given, by its name."""
    commands: tuple[str, ...] = ()
    """Every command that wrote rows, each once."""


def about(file: Path, fields: dict[str, str], model: str, command: str, grid: Grid) -> About:
    """Return what rows from a file and a model, asked as the grid says, have in common."""
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    parameters = {name: dict(grid.parameters.get(name, {})) for name in grid.algorithms}
    return About(
        file=file.name,
        sha256=digest,
        fields=fields,
        model=model,
        settings=grid.settings,
        parameters=parameters,
        commands=(command,),
    )


def claim(folder: Path, ours: About, begun: Collection[str]) -> None:
    """Write what the rows of a folder are about; algorithms that have `begun` have rows there.

    Raises Failed where they are about something else. Without a row, nothing is about anything.
    """
    folder.mkdir(parents=True, exist_ok=True)
    whole = ours
    if begun and (folder / ABOUT).is_file():
        theirs = told(folder)
        plain: dict[str, dict[str, Any]] = {name: {} for name in begun}
        theirs = theirs.model_copy(update={"parameters": plain | theirs.parameters})
        if (other := _other(theirs, ours)) is not None:
            raise Failed(f"{folder} has rows of another {other}; choose another --out, or remove the folder", REFUSED)
        commands = tuple(dict.fromkeys((*theirs.commands, *ours.commands)))
        whole = ours.model_copy(update={"commands": commands, "parameters": theirs.parameters | ours.parameters})
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
    if theirs.model != ours.model:
        return f"model, {theirs.model}"
    if (option := ours.settings.difference(theirs.settings)) is not None:
        return option
    both = (name for name in ours.parameters if name in theirs.parameters)
    changed = next((name for name in both if theirs.parameters[name] != ours.parameters[name]), None)
    return None if changed is None else f"--set for {changed}, {json.dumps(theirs.parameters[changed])}"
