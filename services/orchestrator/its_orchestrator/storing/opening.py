"""Which store a URL stands for."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from its_orchestrator.storing.folder import FolderStore
from its_orchestrator.storing.settings import WORD, TraceSettings
from its_orchestrator.storing.sqlite import SqliteStore
from its_orchestrator.storing.store import Store
from its_runtime.config import ConfigError

USUAL = Path("its-traces.sqlite")
"""What that word alone stands for, in the folder in which the process runs."""
KNOWN = "sqlite:///FILE (four slashes before an absolute path), a folder, or postgresql://HOST/DATABASE"


def open_store(settings: TraceSettings) -> Store | None:
    """Return the store that the settings name, None where they name none. Raises ConfigError."""
    if settings.url is None:
        return None
    if settings.url == WORD:
        return SqliteStore(USUAL, settings.stored)
    parts = urlsplit(settings.url)
    match parts.scheme:
        case "sqlite":
            return SqliteStore(_file(settings.url), settings.stored)
        case "" | "file":
            return FolderStore(Path(unquote(parts.path)), settings.stored)
        case "postgresql":
            return _postgres(settings)
        case other:
            raise ConfigError(f"orchestrator.traces.url: {other}: is no store; name {KNOWN}")


def _postgres(settings: TraceSettings) -> Store:
    try:
        from its_orchestrator.storing.postgres import PostgresStore  # noqa: PLC0415  (its driver is an extra)
    except ImportError as error:
        message = f"orchestrator.traces.url: the driver is not installed: pip install 'its[postgres]' ({error})"
        raise ConfigError(message) from error
    return PostgresStore(settings.url or "", settings.stored)


def _file(url: str) -> Path:
    parts = urlsplit(url)
    path = unquote(parts.path.removeprefix("/"))
    if parts.netloc or not path:
        raise ConfigError(f"orchestrator.traces.url: {url} names no file; write {KNOWN}")
    return Path(path)
