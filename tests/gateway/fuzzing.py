"""Fuzz our own OpenAPI document with schemathesis: `python tests/gateway/fuzzing.py --cases 50000`.

The gateway is the real one on a real socket; behind it is a scripted orchestrator that answers at once, so that what
is tried is the edge and not the engines. Every failure is printed with a curl line that repeats it.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from scripted_orchestrator import Script, gateway_to, scripted

from its_runtime.logs import configure
from its_runtime.settings import ServiceSettings

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "unsupported_method",
)
"""All but those that no gateway of models passes: a body may fit its schema and name a model that isn't there."""
LONGEST = 10
"""Seconds after which an answer counts as a hang."""
SHARED = 5
"""Routes with enough to vary that they share the cases; the others have few."""


@dataclass(frozen=True)
class Report:
    """What came out."""

    cases: int
    failed: bool
    output: str


def fuzz_side_by_side(cases: int, seed: int, processes: int) -> Report:
    """Do the same in so many processes, of which each makes requests of its own: making them is most of the work."""
    with ThreadPoolExecutor(processes) as pool:
        phases = ["coverage,fuzzing", *["fuzzing"] * (processes - 1)]
        asked = ((-(-cases // processes), seed + place, 1, phase) for place, phase in enumerate(phases))
        reports = list(pool.map(lambda one: fuzz(*one), asked))
    failed = any(report.failed for report in reports)
    return Report(sum(report.cases for report in reports), failed, "\n".join(report.output for report in reports))


def fuzz(cases: int, seed: int, workers: int = 2, phases: str = "coverage,fuzzing") -> Report:
    """Send at least `cases` requests, the same ones for the same seed, and check every answer."""
    with serving() as url, tempfile.TemporaryDirectory() as folder:
        events = Path(folder) / "events.ndjson"
        command = [
            str(Path(sys.executable).parent / "schemathesis"), "run", f"{url}/openapi.json",
            "--checks", ",".join(CHECKS), "--phases", phases, "--continue-on-failure", "--no-color",
            "--max-examples", str(-(-cases // SHARED)), "--seed", str(seed), "--workers", str(workers),
            "--request-timeout", str(LONGEST), "--suppress-health-check", "all", "--warnings", "off",
            "--report", "ndjson", "--report-ndjson-path", str(events),
        ]  # fmt: skip
        ran = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)
        return Report(_sent(events), ran.returncode != 0, ran.stdout + ran.stderr)


def _sent(events: Path) -> int:
    recorded = [json.loads(line).get("ScenarioFinished") for line in events.read_text().splitlines()]
    return sum(len(one["recorder"]["interactions"]) for one in recorded if one)


@contextmanager
def serving() -> Generator[str, None, None]:
    """Serve the gateway on a thread of its own; yield its address."""
    loop, stop, url = asyncio.new_event_loop(), asyncio.Event(), []
    ready = threading.Event()

    async def serve() -> None:
        async with scripted(Script()) as address, gateway_to(address, log_level="error") as found:
            url.append(found)
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    try:
        assert ready.wait(30)
        yield url[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()


def main() -> None:
    """Fuzz as long as asked for, and exit with a status that tells whether anything failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    configure(ServiceSettings(log_level="error"))
    report = fuzz_side_by_side(asked.cases, asked.seed, asked.processes)
    print(report.output)
    print(f"{report.cases} requests were sent")
    sys.exit(report.failed)


if __name__ == "__main__":
    main()
