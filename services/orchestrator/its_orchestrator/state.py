"""A small state that outlives its process: one value in one file, which is replaced as a whole or not at all."""

import os
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Generic, TypeVar

from pydantic import BaseModel, ValidationError

from its_runtime.config import ConfigError
from its_runtime.errors import Unmet

Value = TypeVar("Value", bound=BaseModel)


class StateFile(Generic[Value]):
    """A file that holds a value of one kind as JSON. One process writes it."""

    def __init__(self, path: Path, kind: type[Value]) -> None:
        self._path = path
        self._kind = kind

    def read(self) -> Value:
        """Return the value, or the kind's default where there is no file yet.

        Raises ConfigError where the file can't be read, or holds something else.
        """
        try:
            return self._kind.model_validate_json(self._path.read_bytes())
        except FileNotFoundError:
            return self._kind()
        except OSError as error:
            raise ConfigError(f"{self._path}: {error.strerror}") from error
        except ValidationError as error:
            place = ".".join(map(str, error.errors()[0]["loc"]))
            message = f"{self._path}: {place or 'the file'}: {error.errors()[0]['msg']}; mend it, or move it away"
            raise ConfigError(message) from error

    def write(self, value: Value) -> None:
        """Replace the value. Raises Unmet, and leaves the old one, where that can't be done."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._replace(value.model_dump_json(indent=2, exclude_defaults=True))
        except OSError as error:
            raise Unmet(f"nothing was changed: {self._path} can't be written: {error.strerror}") from error

    def _replace(self, text: str) -> None:
        with NamedTemporaryFile("w", dir=self._path.parent, prefix=f".{self._path.name}.", delete=False) as beside:
            try:
                beside.write(text)
                beside.flush()
                os.fsync(beside.fileno())
                Path(beside.name).replace(self._path)
            except BaseException:
                with suppress(OSError):
                    Path(beside.name).unlink()
                raise
