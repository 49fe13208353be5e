"""Where runs are read: a gateway, which tells a key of its own runs, or a file that `its trace export` wrote."""

import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote, urlsplit

import httpx
from google.protobuf import json_format

from its.orchestrator.v1.orchestrator_pb2 import GetTraceResponse
from its.orchestrator.v1.trace_pb2 import TraceInfo
from its_cli.evaluating.formats import lines
from its_cli.exits import FAILED, REFUSED, UNREACHABLE, Failed
from its_cli.gateway_url import gateway_url

PAGE = 100
SECONDS = 60.0
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Source(Protocol):
    """Runs to read."""

    def infos(self) -> Iterator[TraceInfo]:
        """Yield what a list tells of each run, the latest first. Raises Failed."""
        ...

    def trace(self, trace_id: str) -> GetTraceResponse:
        """Return a run. Raises Failed when there is no such run."""
        ...


class GatewaySource:
    """Runs of a gateway."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http

    def infos(self) -> Iterator[TraceInfo]:
        after: str | None = ""
        while after is not None:
            page = self._get("/v1/traces", {"limit": PAGE, **({"after": after} if after else {})})
            for one in page["data"]:
                yield json_format.ParseDict(one, TraceInfo(), ignore_unknown_fields=True)
            after = page["next"]

    def trace(self, trace_id: str) -> GetTraceResponse:
        found = self._get(f"/v1/traces/{quote(trace_id, safe='')}", {})
        return json_format.ParseDict(found, GetTraceResponse(), ignore_unknown_fields=True)

    def _get(self, path: str, query: dict[str, Any]) -> dict[str, Any]:
        try:
            answer = self._http.get(path, params=query)
        except httpx.HTTPError as error:
            raise Failed(f"{self._http.base_url} doesn't answer: {error}; `its up` starts one", UNREACHABLE) from error
        if answer.is_success:
            return answer.json()
        status = FAILED if answer.is_server_error else REFUSED
        raise Failed(_told(answer), status)


class FileSource:
    """Runs of a file, one JSON document a line."""

    def __init__(self, path: Path) -> None:
        """Read the file. Raises Failed naming a line that is no run."""
        self._path = path
        read = [_parsed(path, number, line) for number, line in lines(path)]
        self._traces = {one.info.trace_id: one for one in read}

    def infos(self) -> Iterator[TraceInfo]:
        return iter(one.info for one in self._traces.values())

    def trace(self, trace_id: str) -> GetTraceResponse:
        if trace_id not in self._traces:
            raise Failed(f"there is no run {trace_id!r} in {self._path}, which has {len(self._traces)}", REFUSED)
        return self._traces[trace_id]


@contextmanager
def opened(url: str, file: Path | None) -> Generator[Source, None, None]:
    """Yield the runs of `file`, or without one those of the gateway at `url`. Raises Failed."""
    if file:
        yield FileSource(file)
        return
    base = gateway_url(url)
    headers = {"authorization": f"Bearer {os.environ.get('ITS_API_KEY', 'none')}"}
    trusting = urlsplit(base).hostname not in LOOPBACK
    with httpx.Client(base_url=base, headers=headers, trust_env=trusting, timeout=SECONDS) as http:
        yield GatewaySource(http)


def _parsed(path: Path, number: int, line: str) -> GetTraceResponse:
    try:
        found = json_format.Parse(line, GetTraceResponse(), ignore_unknown_fields=True)
    except json_format.ParseError as error:
        raise Failed(f"{path}:{number}: this is no run, as `its trace export` writes one: {error}", REFUSED) from error
    if not found.info.trace_id:  # other JSON has nothing but fields that are unknown
        raise Failed(f"{path}:{number}: this is no run, as `its trace export` writes one: it has no trace id", REFUSED)
    return found


def _told(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return f"{answer.url} answered {answer.status_code}; is it a gateway of `its`?"
