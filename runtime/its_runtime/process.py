"""One process: read its settings, set up logging, run its main until told to stop."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from its_runtime.config import ConfigError, ConfigFile
from its_runtime.errors import ItsError
from its_runtime.logs import configure
from its_runtime.server import PortTaken, on_stop
from its_runtime.settings import ServiceSettings

Settings = TypeVar("Settings", bound=ServiceSettings)

CONFIG_ERROR = 78
"""Exit status for a configuration that can't be used (sysexits' EX_CONFIG)."""
PORT_TAKEN = 69
"""Exit status for a port that can't be bound (EX_UNAVAILABLE)."""
CANT_START = 70
"""Exit status for one of our errors while starting, such as a model that isn't there (EX_SOFTWARE)."""


def run(section: str, kind: type[Settings], main: Callable[[Settings], Coroutine[Any, Any, None]]) -> None:
    """Run `main` with the section of `--config FILE` and the environment; exit with a status that tells why."""
    run_file(section, kind, lambda settings, _: main(settings))


def run_file(
    section: str, kind: type[Settings], main: Callable[[Settings, ConfigFile], Coroutine[Any, Any, None]]
) -> None:
    """Run `main` as `run` does, with the whole file besides, for a process that reads more of it than its section."""
    parser = argparse.ArgumentParser(prog=f"its_{section}")
    parser.add_argument("--config", type=Path, help="its.yaml; without it, the defaults")
    try:
        file = ConfigFile(parser.parse_args().config)
        settings = file.section(section, kind)
        configure(settings)
        _loop(main(settings, file))
    except ConfigError as error:
        _fail(error, CONFIG_ERROR)
    except PortTaken as error:
        _fail(error, PORT_TAKEN)
    except ItsError as error:
        _fail(error, CANT_START)


def _fail(error: Exception, status: int) -> NoReturn:
    print(error, file=sys.stderr)  # noqa: T201  (for the person who started it, not for the log)
    sys.exit(status)


def _loop(main: Awaitable[None]) -> None:
    run_loop = asyncio.run
    if sys.platform != "win32":
        import uvloop  # noqa: PLC0415  (not on Windows)

        run_loop = uvloop.run
    with suppress(asyncio.CancelledError):
        run_loop(_stoppable(main))


async def _stoppable(main: Awaitable[None]) -> None:
    if task := asyncio.current_task():
        on_stop(task.cancel)  # until `stopped` takes over: a signal while starting unwinds what was started
    await main
