"""its.yaml: one file for all processes, read with the line of every key so that errors can point at it."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar, cast

import yaml
from pydantic import BaseModel, ValidationError

from its_runtime.document import DocumentError, compose

Settings = TypeVar("Settings", bound=BaseModel)
KeyPath = tuple[int | str, ...]


class ConfigError(Exception):
    """A configuration that can't be used; the message has one line `file:line: path: what is wrong` an error."""


class ConfigFile:
    """A parsed its.yaml."""

    def __init__(
        self, path: Path | None, overrides: Sequence[str] = (), environment: Mapping[str, str] = os.environ
    ) -> None:
        """Read `path`, with `a.b=value` of `overrides` in place of what it says; None stands for an empty file.

        Raises ConfigError when it can't be read or parsed.
        """
        self.path = path
        self._node = _compose(path, overrides, environment) if path else None
        self.values: dict[str, Any] = _construct(path, self._node) if path and self._node else {}

    def section(self, name: str, kind: type[Settings], environment: Mapping[str, str] = os.environ) -> Settings:
        """Return the section `name`, with `ITS_<NAME>_<FIELD>` of the environment over it.

        Raises ConfigError naming every line, or variable of the environment, that is wrong.
        """
        written: Any = self.values.get(name) or {}
        if not isinstance(written, dict):
            raise ConfigError(f"{self.place((name,))}: {name}: a mapping is expected, such as `port: 50051`")
        variables = _variables(name, kind, environment)
        overrides = {
            field: _value(kind, field, variable, environment[variable]) for field, variable in variables.items()
        }
        return self.validate(kind, cast("dict[str, Any]", written) | overrides, (name,), variables)

    def validate(
        self,
        kind: type[Settings],
        values: object,
        prefix: KeyPath = (),
        variables: Mapping[str, str] | None = None,
    ) -> Settings:
        """Return `values`, found at `prefix` in this file, as `kind`; `variables` gave the fields they name."""
        try:
            return kind.model_validate(values)
        except ValidationError as error:
            lines = [self._explain(prefix, dict(one), variables or {}) for one in error.errors()]
            raise ConfigError("\n".join(lines)) from error

    def place(self, path: KeyPath) -> str:
        """Return `file:line` of the key at `path`, or of the nearest key above it that exists."""
        node, mark = self._node, None
        for step in path:
            mark, node = _step(node, step) or (mark, node)
        return f"{mark.name}:{mark.line + 1}" if mark else f"{self.path}:1"

    def line(self, path: KeyPath) -> int:
        """Return the line (from 1) of the key at `path`, or of the nearest key above it that exists."""
        return int(self.place(path).rpartition(":")[2])

    def _explain(self, prefix: KeyPath, error: dict[str, Any], variables: Mapping[str, str]) -> str:
        path = (*prefix, *error["loc"])
        variable = variables.get(str(error["loc"][0])) if error["loc"] else None
        place = variable or (self.place(path) if self.path else "defaults")
        message = "unknown key" if error["type"] == "extra_forbidden" else error["msg"]
        return f"{place}: {'.'.join(map(str, path))}: {message}"


def _compose(path: Path, overrides: Sequence[str], environment: Mapping[str, str]) -> yaml.Node | None:
    try:
        return compose(path, environment, overrides)
    except DocumentError as error:
        raise ConfigError(str(error)) from error
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from error
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError(f"{path}:{_line(error)}: {_problem(error)}") from error


def _construct(path: Path, node: yaml.Node) -> dict[str, Any]:
    try:
        values: object = yaml.SafeLoader("").construct_document(node)  # pyright: ignore[reportUnknownMemberType]
    except yaml.YAMLError as error:
        raise ConfigError(f"{path}:{_line(error)}: {_problem(error)}") from error
    if not isinstance(values, dict):
        raise ConfigError(f"{path}:1: a mapping of sections is expected, such as `generator:`")
    return cast("dict[str, Any]", values)


def _line(error: Exception) -> int:
    mark = error.problem_mark if isinstance(error, yaml.MarkedYAMLError) else None
    return mark.line + 1 if mark else 1


def _problem(error: Exception) -> str:
    problem = error.problem if isinstance(error, yaml.MarkedYAMLError) else None
    return problem or " ".join(str(error).split())


def _step(node: yaml.Node | None, step: int | str) -> tuple[yaml.Mark | None, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(step):
                return key.start_mark, value
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step].start_mark, node.value[step]
    return None


def _variables(name: str, kind: type[BaseModel], environment: Mapping[str, str]) -> dict[str, str]:
    names = {field: f"ITS_{name}_{field}".upper() for field in kind.model_fields}
    return {field: variable for field, variable in names.items() if variable in environment}


def _value(kind: type[BaseModel], field: str, variable: str, text: str) -> object:
    if kind.model_fields[field].annotation is str:
        return text
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ConfigError(f"{variable}: {_problem(error)}; write it as YAML") from error
