"""The file of API keys: a name, what the key may do, and a hash of the key, which itself is written nowhere."""

import fcntl
import hashlib
import os
import secrets
import tempfile
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

MOST = 2**32 - 1
"""What the contract can say."""


class KeysError(Exception):
    """The file can't be read or changed; the message says why and what to do."""


class Key(BaseModel):
    """What the holder of one key may do."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(default_factory=lambda: f"key-{secrets.token_hex(8)}", min_length=1, max_length=128)
    """Opaque; the tenant that everything behind the gateway knows."""
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    """Of the key: with 256 random bits in it nothing slower than SHA-256 is needed."""
    admin: bool = False
    """Whether it may change what this gateway serves, too."""
    requests_per_minute: int | None = Field(default=None, ge=1, le=MOST)
    concurrent: int | None = Field(default=None, ge=1, le=MOST)
    """Searches at once."""
    tokens_per_minute: int | None = Field(default=None, ge=1, le=MOST)
    models: tuple[str, ...] = ()
    """Models, profiles and `<either>:<algorithm>` that it may use; empty for all."""
    priority: int = Field(default=1, ge=1, le=100)
    """Its share where several wait."""

    @property
    def is_limited(self) -> bool:
        """Whether it has any limit; the orchestrator counts them, over all workers and gateways that ask it."""
        return bool(self.requests_per_minute or self.concurrent or self.tokens_per_minute)


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    keys: dict[str, Key] = {}


def digest(token: str) -> str:
    """Return the SHA-256 of a key, in hexadecimal digits."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_token() -> str:
    """Return a new key: 256 random bits behind a prefix that scanners for secrets can look for."""
    return f"its-{secrets.token_urlsafe(32)}"


def read(path: Path) -> Mapping[str, Key]:
    """Return the keys by name. Raises KeysError."""
    try:
        return _File.model_validate_json(path.read_bytes()).keys
    except FileNotFoundError as error:
        raise KeysError(f"{path} does not exist; `its keys add NAME --file {path}` makes it") from error
    except OSError as error:
        raise KeysError(f"{path} can't be read: {error.strerror}") from error
    except ValidationError as error:
        places = "; ".join(
            f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors(include_input=False)
        )
        raise KeysError(f"{path} is no file of keys: {places}") from error


Change = Callable[[dict[str, Key]], None]


def change(path: Path, how: Change) -> None:
    """Let `how` change the keys of the file at once for all readers, one writer at a time; mode 600.

    Raises KeysError, or whatever `how` raises: the file then stays as it was.
    """
    with _alone(path.parent):
        keys = dict(read(path)) if path.exists() else {}
        how(keys)
        _replace(path, _File(keys=keys).model_dump_json(indent=2, exclude_defaults=True))


@contextmanager
def _alone(folder: Path) -> Generator[None, None, None]:
    try:
        place = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise KeysError(f"{folder} can't be opened: {error.strerror}") from error
    try:
        fcntl.flock(place, fcntl.LOCK_EX)
        yield
    finally:
        os.close(place)


def _replace(path: Path, text: str) -> None:
    try:
        place, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 600
    except OSError as error:
        raise KeysError(f"{path} can't be written: {error.strerror}") from error
    try:
        with os.fdopen(place, "w") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
