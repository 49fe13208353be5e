"""The keyring: the keys of a file as they are now, read again when the file changes."""

import secrets
from dataclasses import dataclass
from pathlib import Path

import structlog

from its_gateway import keys
from its_gateway.keys import Key, KeysError, digest

_log = structlog.get_logger("its.gateway")


@dataclass(frozen=True, slots=True)
class Named:
    """A key and what people call it."""

    name: str
    key: Key


class Keyring:
    """Finds keys. A file that is broken or gone later never opens the gateway: the keys read before stay."""

    def __init__(self, path: Path) -> None:
        """Read the file. Raises KeysError when that can't be done."""
        self._path = path
        self._seen = self._state()
        self._by_digest = _by_digest(path)

    def find(self, token: str) -> Named | None:
        """Return the key that `token` is, None when there is no such key."""
        self._refresh()
        hashed = digest(token)
        found = self._by_digest.get(hashed)  # tells nothing by its time: nobody can choose a digest's beginning
        return found if found and secrets.compare_digest(found.key.sha256, hashed) else None

    def _refresh(self) -> None:
        if (state := self._state()) == self._seen:
            return
        self._seen = state
        try:
            self._by_digest = _by_digest(self._path)
            _log.info("keys read again", keys=len(self._by_digest))
        except KeysError as error:
            _log.error("the keys read before stay in force", cause=str(error))

    def _state(self) -> tuple[int, int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ino, found.st_size


def _by_digest(path: Path) -> dict[str, Named]:
    return {key.sha256: Named(name, key) for name, key in keys.read(path).items()}
