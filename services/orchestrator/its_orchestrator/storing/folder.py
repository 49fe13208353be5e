"""Runs in a folder: one JSON document each, to look at and to copy with any tool."""

import os
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from tempfile import NamedTemporaryFile
from urllib.parse import quote

from google.protobuf import json_format

from its.orchestrator.v1.orchestrator_pb2 import GetTraceResponse
from its.orchestrator.v1.trace_pb2 import TraceInfo
from its_orchestrator.storing.store import Place
from its_runtime.config import ConfigError


class FolderStore:
    """Keeps a run of a tenant as `of-<tenant>/<microseconds since 1970>-<trace id>.json`."""

    def __init__(self, folder: Path, most: int) -> None:
        """Make the folder. Raises ConfigError when that can't be done."""
        self._folder = folder
        self._most = most
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigError(f"orchestrator.traces.url: {folder} can't be used: {error.strerror}") from error

    def write(self, tenant: str, trace: GetTraceResponse) -> None:
        folder = self._of(tenant)
        folder.mkdir(exist_ok=True)
        place = Place.of(trace.info)
        text = json_format.MessageToJson(trace, preserving_proto_field_name=True)
        _replace(folder / f"{place.began:020}-{_name(place.trace_id)}.json", text)
        for path in sorted(folder.glob("*.json"))[: -self._most]:
            path.unlink(missing_ok=True)

    def read(self, tenant: str, trace_id: str) -> GetTraceResponse | None:
        found = next((path for path in self._newest(tenant) if _id(path) == _name(trace_id)), None)
        return _trace(found) if found else None

    def latest(self, tenant: str, before: Place | None, most: int) -> Sequence[TraceInfo]:
        until = f"{before.began:020}-{_name(before.trace_id)}" if before else "~"
        earlier = (path for path in self._newest(tenant) if path.stem < until)
        return [_trace(path).info for path in islice(earlier, most)]

    def close(self) -> None:
        """Nothing is open."""

    def _newest(self, tenant: str) -> Sequence[Path]:
        return sorted(self._of(tenant).glob("*.json"), reverse=True)

    def _of(self, tenant: str) -> Path:
        return self._folder / f"of-{_name(tenant)}"


def _name(text: str) -> str:
    """Return a text as part of a name of a file; no two become the same."""
    return quote(text, safe="")


def _id(path: Path) -> str:
    return path.stem.partition("-")[2]


def _trace(path: Path) -> GetTraceResponse:
    return json_format.Parse(path.read_bytes(), GetTraceResponse(), ignore_unknown_fields=True)


def _replace(path: Path, text: str) -> None:
    with NamedTemporaryFile("w", dir=path.parent, prefix=".", suffix=".part", delete=False) as beside:
        beside.write(text)
        beside.flush()
        os.fsync(beside.fileno())
    Path(beside.name).replace(path)
