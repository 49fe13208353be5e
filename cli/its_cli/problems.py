"""Everything that is wrong with an its.yaml, each with the place and what would be right."""

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from its_cli.configuration import Configuration
from its_cli.nearest import names_at, nearest
from its_cli.references import dangling
from its_runtime.config import ConfigError, ConfigFile


def problems(path: Path, overrides: Sequence[str] = ()) -> list[str]:
    """Return one line `file:line: path: what is wrong` for each error of the file; none when it can be used."""
    try:
        file = ConfigFile(path, overrides)
    except ConfigError as error:
        return str(error).splitlines()
    # An empty section is one with its defaults.
    values: dict[str, object] = {name: written or {} for name, written in file.values.items()}
    try:
        configuration = Configuration.model_validate(values)
    except ValidationError as error:
        return [*_explained(file, error), *_components(file)]
    return [*(_line(file, where, message) for where, message in dangling(configuration)), *_components(file)]


def _components(file: ConfigFile) -> Iterator[str]:
    """Yield what is wrong with strategies, functions and the models that they ask."""
    if not set(COMPONENTS) & set(file.values):
        return
    # The libraries behind them take a moment to load, which files without any needn't wait for.
    from its_orchestrator.workflows.blueprint import Drawing  # noqa: PLC0415
    from its_orchestrator.workflows.check import check  # noqa: PLC0415

    for one in asyncio.run(check(Drawing().read(file.values))):
        yield _line(file, one.where, one.message)


def _explained(file: ConfigFile, error: ValidationError) -> Iterator[str]:
    schema = Configuration.model_json_schema()
    for one in error.errors():
        yield _line(file, one["loc"], _message(one, schema))


def _message(error: ErrorDetails, schema: dict[str, Any]) -> str:
    if error["type"] != "extra_forbidden":
        return error["msg"]
    *above, name = error["loc"]
    kind = "key" if above else "section"
    return f"unknown {kind}{nearest(str(name), names_at(schema, above))}"


def _line(file: ConfigFile, where: tuple[int | str, ...], message: str) -> str:
    return f"{file.place(where)}: {'.'.join(map(str, where))}: {message}"


COMPONENTS = ("llms", "functions", "function_groups", "its_strategies", "ttc_strategies", "workflow")
"""The sections whose entries have types."""
