"""Runs in a file of SQLite, which any number of orchestrators of one machine may share."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from its.orchestrator.v1.orchestrator_pb2 import GetTraceResponse
from its.orchestrator.v1.trace_pb2 import TraceInfo
from its_orchestrator.storing.packing import LATEST, packed, unpacked
from its_orchestrator.storing.store import Place
from its_runtime.config import ConfigError

BUSY_SECONDS = 10.0
"""How long one writer waits for another."""


class SqliteStore:
    """Keeps each run as a row: what a list tells of it, and all of its events, compressed."""

    def __init__(self, path: Path, most: int) -> None:
        """Open or make the file. Raises ConfigError when that can't be done."""
        self._most = most
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._database = sqlite3.connect(path, timeout=BUSY_SECONDS, check_same_thread=False)
            self._database.execute("PRAGMA journal_mode=WAL")
            self._database.execute("PRAGMA synchronous=NORMAL")
            self._database.executescript(SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise ConfigError(f"orchestrator.traces.url: {path} can't be used: {error}") from error

    def write(self, tenant: str, trace: GetTraceResponse) -> None:
        place = Place.of(trace.info)
        row = (tenant, place.trace_id, place.began, trace.info.SerializeToString(), packed(trace))
        with self._database:
            self._database.execute("INSERT OR REPLACE INTO traces VALUES (?, ?, ?, ?, ?)", row)
            self._database.execute(FORGET, (tenant, tenant, self._most))

    def read(self, tenant: str, trace_id: str) -> GetTraceResponse | None:
        asked = "SELECT packed FROM traces WHERE tenant = ? AND trace_id = ?"
        with closing(self._database.execute(asked, (tenant, trace_id))) as found:
            row = found.fetchone()
        return unpacked(row[0]) if row else None

    def latest(self, tenant: str, before: Place | None, most: int) -> Sequence[TraceInfo]:
        until = (before.began, before.trace_id) if before else LATEST
        with closing(self._database.execute(LIST, (tenant, *until, most))) as found:
            return [TraceInfo.FromString(row[0]) for row in found]

    def close(self) -> None:
        self._database.close()


SCHEMA = """
CREATE TABLE IF NOT EXISTS traces (
    tenant TEXT NOT NULL, trace_id TEXT NOT NULL, began INTEGER NOT NULL, info BLOB NOT NULL, packed BLOB NOT NULL,
    PRIMARY KEY (tenant, trace_id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS traces_by_time ON traces (tenant, began, trace_id);
"""
FORGET = """
DELETE FROM traces WHERE tenant = ? AND (began, trace_id) <= (
    SELECT began, trace_id FROM traces WHERE tenant = ? ORDER BY began DESC, trace_id DESC LIMIT 1 OFFSET ?
)
"""
LIST = """
SELECT info FROM traces WHERE tenant = ? AND (began, trace_id) < (?, ?)
ORDER BY began DESC, trace_id DESC LIMIT ?
"""
