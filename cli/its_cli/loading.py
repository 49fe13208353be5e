"""Loading an its.yaml: checked as a whole, then read as the processes will read it."""

from collections.abc import Sequence
from pathlib import Path

from its_cli.configuration import Configuration, Gateway, Generator, Orchestrator, Reward
from its_cli.problems import problems
from its_runtime.config import ConfigError, ConfigFile


def load(path: Path | None, overrides: Sequence[str] = ()) -> Configuration:
    """Return the configuration of `path` (None: the defaults), with the environment over it.

    Raises ConfigError naming everything that is wrong with the file, or the variables that are.
    """
    if path and (found := problems(path, overrides)):
        raise ConfigError("\n".join(found))
    file = ConfigFile(path, overrides)
    return Configuration(
        generator=file.section("generator", Generator),
        reward=file.section("reward", Reward),
        orchestrator=file.section("orchestrator", Orchestrator),
        gateway=file.section("gateway", Gateway),
    )
