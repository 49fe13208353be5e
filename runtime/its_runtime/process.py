"""One process: read its settings, set up logging, run its main until told to stop."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

from its_runtime.config import ConfigError, ConfigFile
from its_runtime.logs import configure
from its_runtime.server import PortTaken
from its_runtime.settings import ServiceSettings

Settings = TypeVar("Settings", bound=ServiceSettings)

CONFIG_ERROR = 78
"""Exit status for a configuration that can't be used (sysexits' EX_CONFIG)."""
PORT_TAKEN = 69
"""Exit status for a port that can't be bound (EX_UNAVAILABLE)."""


def run(section: str, kind: type[Settings], main: Callable[[Settings], Coroutine[Any, Any, None]]) -> None:
    """Run `main` with the section of `--config FILE` and the environment; exit with a status that tells why."""
    parser = argparse.ArgumentParser(prog=f"its_{section}")
    parser.add_argument("--config", type=Path, help="its.yaml; without it, the defaults")
    try:
        settings = ConfigFile(parser.parse_args().config).section(section, kind)
        configure(settings)
        _loop(main(settings))
    except ConfigError as error:
        print(error, file=sys.stderr)  # noqa: T201  (logging isn't set up yet)
        sys.exit(CONFIG_ERROR)
    except PortTaken as error:
        print(error, file=sys.stderr)  # noqa: T201
        sys.exit(PORT_TAKEN)


def _loop(main: Awaitable[None]) -> None:
    async def entry() -> None:
        await main

    if sys.platform == "win32":
        asyncio.run(entry())
    else:
        import uvloop  # noqa: PLC0415  (not on Windows)

        uvloop.run(entry())
