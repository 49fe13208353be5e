"""its.yaml: one file for all processes, read with the line of every key so that errors can point at it."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

Settings = TypeVar("Settings", bound=BaseModel)
Path_ = tuple[int | str, ...]


class ConfigError(Exception):
    """A configuration that can't be used; the message has one line `file:line: path: what is wrong` an error."""


class ConfigFile:
    """A parsed its.yaml."""

    def __init__(self, path: Path | None) -> None:
        """Read `path`; None stands for an empty file. Raises ConfigError when it can't be read or parsed."""
        self.path = path
        self._node = _compose(path) if path else None
        self.values: dict[str, Any] = _construct(path, self._node) if path and self._node else {}

    def section(self, name: str, kind: type[Settings], environment: Mapping[str, str] = os.environ) -> Settings:
        """Return the section `name`, with `ITS_<NAME>_<FIELD>` of the environment over it.

        Raises ConfigError naming every line that is wrong.
        """
        written: dict[str, Any] = self.values.get(name) or {}
        return self.validate(kind, {**written, **_overrides(name, kind, environment)}, (name,))

    def validate(self, kind: type[Settings], values: object, prefix: Path_ = ()) -> Settings:
        """Return `values`, found at `prefix` in this file, as `kind`."""
        try:
            return kind.model_validate(values)
        except ValidationError as error:
            raise ConfigError("\n".join(self._explain(prefix, dict(one)) for one in error.errors())) from error

    def line(self, path: Path_) -> int:
        """Return the line (from 1) of the key at `path`, or of the nearest key above it that exists."""
        node, line = self._node, 1
        for step in path:
            found = _child(node, step)
            if found is None:
                break
            line, node = found
        return line

    def _explain(self, prefix: Path_, error: dict[str, Any]) -> str:
        path = (*prefix, *error["loc"])
        message = "unknown key" if error["type"] == "extra_forbidden" else error["msg"]
        return f"{self.path or 'environment'}:{self.line(path)}: {'.'.join(map(str, path))}: {message}"


def _compose(path: Path) -> yaml.Node | None:
    try:
        return yaml.compose(path.read_text(), Loader=yaml.SafeLoader)
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigError(f"{path}:{line}: {error.problem}") from error


def _construct(path: Path, node: yaml.Node) -> dict[str, Any]:
    values = yaml.SafeLoader("").construct_document(node)  # pyright: ignore[reportUnknownMemberType]
    if not isinstance(values, dict):
        raise ConfigError(f"{path}:1: a mapping of sections is expected, such as `generator:`")
    return values  # pyright: ignore[reportUnknownVariableType]


def _child(node: yaml.Node | None, step: int | str) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(step):
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step].start_mark.line + 1, node.value[step]
    return None


def _overrides(name: str, kind: type[BaseModel], environment: Mapping[str, str]) -> dict[str, Any]:
    names = {field: f"ITS_{name}_{field}".upper() for field in kind.model_fields}
    return {field: yaml.safe_load(environment[key]) for field, key in names.items() if key in environment}
