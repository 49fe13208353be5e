"""Runs in a database of PostgreSQL, which any number of orchestrators share. The extra `postgres` brings its driver."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import psycopg
from psycopg.rows import TupleRow

from its.orchestrator.v1.orchestrator_pb2 import GetTraceResponse
from its.orchestrator.v1.trace_pb2 import TraceInfo
from its_orchestrator.storing.packing import LATEST, packed, unpacked
from its_orchestrator.storing.store import Place
from its_runtime.config import ConfigError

CONNECT_SECONDS = 10
Found = TypeVar("Found")
Connection = psycopg.Connection[TupleRow]


class PostgresStore:
    """Keeps each run as a row, as the file of SQLite does; a connection that broke is made anew, once a call."""

    def __init__(self, url: str, most: int) -> None:
        """Connect and make the table. Raises ConfigError when that can't be done."""
        self._url = url
        self._most = most
        try:
            self._connection = self._connect()
            self._connection.execute(SCHEMA)
        except psycopg.Error as error:
            raise ConfigError(f"orchestrator.traces.url: the database can't be used: {error}") from error

    def write(self, tenant: str, trace: GetTraceResponse) -> None:
        place = Place.of(trace.info)
        row = (tenant, place.trace_id, place.began, trace.info.SerializeToString(), packed(trace))

        def put(connection: Connection) -> None:
            with connection.transaction():
                connection.execute(PUT, row)
                connection.execute(FORGET, (tenant, tenant, self._most))

        self._do(put)

    def read(self, tenant: str, trace_id: str) -> GetTraceResponse | None:
        row = self._do(lambda connection: connection.execute(READ, (tenant, trace_id)).fetchone())
        return unpacked(bytes(row[0])) if row else None

    def latest(self, tenant: str, before: Place | None, most: int) -> Sequence[TraceInfo]:
        until = (before.began, before.trace_id) if before else LATEST
        rows = self._do(lambda connection: connection.execute(LIST, (tenant, *until, most)).fetchall())
        return [TraceInfo.FromString(bytes(row[0])) for row in rows]

    def close(self) -> None:
        self._connection.close()

    def _connect(self) -> Connection:
        return psycopg.connect(self._url, autocommit=True, connect_timeout=CONNECT_SECONDS)

    def _do(self, work: Callable[[Connection], Found]) -> Found:
        try:
            return work(self._connection)
        except psycopg.OperationalError:
            self._connection.close()
            self._connection = self._connect()
            return work(self._connection)


SCHEMA = """
CREATE TABLE IF NOT EXISTS its_traces (
    tenant text NOT NULL, trace_id text COLLATE "C" NOT NULL, began bigint NOT NULL, info bytea NOT NULL,
    packed bytea NOT NULL, PRIMARY KEY (tenant, trace_id)
);
CREATE INDEX IF NOT EXISTS its_traces_by_time ON its_traces (tenant, began, trace_id);
"""
PUT = """
INSERT INTO its_traces VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (tenant, trace_id) DO UPDATE SET began = excluded.began, info = excluded.info, packed = excluded.packed
"""
FORGET = """
DELETE FROM its_traces WHERE tenant = %s AND (began, trace_id) <= (
    SELECT began, trace_id FROM its_traces WHERE tenant = %s ORDER BY began DESC, trace_id DESC LIMIT 1 OFFSET %s
)
"""
READ = "SELECT packed FROM its_traces WHERE tenant = %s AND trace_id = %s"
LIST = """
SELECT info FROM its_traces WHERE tenant = %s AND (began, trace_id) < (%s, %s)
ORDER BY began DESC, trace_id DESC LIMIT %s
"""
