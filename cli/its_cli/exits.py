"""How the command ends: its exit statuses, and one clear line for each error that is meant to be seen.

0   done
1   a service failed, or died
2   wrong usage, or a request that was refused
69  nothing answers at the URL, or a port is taken (sysexits' EX_UNAVAILABLE)
78  the configuration can't be used (EX_CONFIG)
130 interrupted
"""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.text import Text

from its_cli.child import ChildDied
from its_cli.ports import PortsTaken
from its_runtime.config import ConfigError
from its_runtime.errors import ItsError
from its_runtime.process import CONFIG_ERROR, PORT_TAKEN

FAILED = 1
REFUSED = 2
UNREACHABLE = PORT_TAKEN
INTERRUPTED = 130


class Failed(Exception):
    """What was wanted didn't happen; the message is for the user, `status` for the shell."""

    def __init__(self, message: str, status: int = FAILED) -> None:
        super().__init__(message)
        self.status = status


class TooMany(Failed):
    """The request was one too many for now; `after` so many seconds it isn't, as far as is known."""

    def __init__(self, message: str, after: float) -> None:
        super().__init__(message, REFUSED)
        self.after = after


@contextmanager
def explained() -> Generator[None, None, None]:
    """End the command with a line on standard error and an exit status when the block raises what we know."""
    try:
        yield
    except ConfigError as error:
        _end(error, CONFIG_ERROR)
    except PortsTaken as error:
        _end(error, PORT_TAKEN)
    except (ChildDied, ItsError) as error:
        _end(error, FAILED)
    except Failed as error:
        _end(error, error.status)
    except (KeyboardInterrupt, asyncio.CancelledError):
        raise typer.Exit(INTERRUPTED) from None


def _end(error: Exception, status: int) -> None:
    Console(stderr=True).print(Text("its: ", "bold red") + Text(str(error)), soft_wrap=True)
    raise typer.Exit(status) from error
