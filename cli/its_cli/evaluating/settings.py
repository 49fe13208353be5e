"""Settings of an evaluation: how every question is asked, beside algorithm and budget."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict

from its_cli.exits import REFUSED, Failed


class Settings(BaseModel):
    """What all rows of a folder were asked with; None leaves it to the profile, the algorithm and the model."""

    model_config = ConfigDict(frozen=True)

    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    """Most tokens of one candidate."""
    system: str | None = None
    """The message before each question, such as how to write the final answer."""

    @property
    def sampling(self) -> dict[str, float]:
        """What is said of how tokens are drawn, as requests say it."""
        return self.model_dump(exclude={"system"}, exclude_none=True)

    def difference(self, other: "Settings") -> str | None:
        """Return the first thing in which `other` differs, by the option's name, and its value there; None for none."""
        ours, theirs = self.model_dump(), other.model_dump()
        name = next((name for name in ours if ours[name] != theirs[name]), None)
        return None if name is None else f"--{name.replace('_', '-')}, {_said(theirs[name])}"

    def __str__(self) -> str:
        return ", ".join(f"{name} {value}" for name, value in self.model_dump(exclude_none=True).items())


def _said(value: object) -> str:
    return "which was not given there" if value is None else f"{value!r:.80}"


class Assigned:
    """Parameters of algorithms: `name=value` for all of them, `algorithm.name=value` for one."""

    def __init__(self, pairs: Sequence[str], algorithms: Sequence[str]) -> None:
        """Read what `--set` was given. Raises Failed for what assigns nothing, or to an algorithm that isn't run."""
        self._values: dict[str, dict[str, Any]] = {name: {} for name in algorithms}
        for pair in pairs:
            path, equals, value = pair.partition("=")
            algorithm, _, name = path.rpartition(".")
            if not (equals and name and value) or (algorithm and algorithm not in self._values):
                raise Failed(f"--set {pair}: {HOW}; algorithms are {', '.join(algorithms)}", REFUSED)
            for one in [algorithm] if algorithm else algorithms:
                self._values[one][name] = _read(value)

    @property
    def by_algorithm(self) -> Mapping[str, Mapping[str, Any]]:
        """What each algorithm is given, by its name; nothing, mostly."""
        return self._values


def _read(value: str) -> Any:  # noqa: ANN401  (whatever JSON has)
    try:
        return json.loads(value)
    except ValueError:
        return value


HOW = "write NAME=VALUE for every algorithm, or ALGORITHM.NAME=VALUE for one"
