"""Fuzz our own OpenAPI document with schemathesis: `python tests/gateway/fuzzing.py --cases 50000`.

The gateway is the real one on a real socket; behind it is a scripted orchestrator that answers at once, so that what
is tried is the edge and not the engines. Every failure is printed with a curl line that repeats it.
"""

import argparse
import asyncio
import datetime as dt
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Generator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from importlib.metadata import version
from itertools import count
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from fuzzing_outcome import Outcome, read
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
LONGEST = 30
"""Seconds after which an answer counts as a hang."""
EACH = 200
"""Random requests to each route in one round; a round starts afresh, or else each costs more than the one before."""


def fuzz_in_rounds(cases: int, seed: int, processes: int) -> Outcome:
    """Send at least `cases` requests in rounds, `processes` at a time; print how far they are after each."""
    found, seeds, began = Outcome(), count(seed), time.monotonic()
    with ThreadPoolExecutor(processes) as pool:
        running: set[Future[Outcome]] = set()
        while running or found.cases < cases:
            while found.cases < cases and len(running) < processes:
                place = next(seeds)
                running.add(pool.submit(fuzz, EACH, place, "coverage,fuzzing" if place == seed else "fuzzing"))
            ended, running = wait(running, return_when=FIRST_COMPLETED)
            came = sum((one.result() for one in ended), Outcome())
            found += came
            print(came.output, end="")
            done = f"{found.cases:,} of {cases:,} requests, {found.failures.total()} failures"
            print(f"{done}, {time.monotonic() - began:.0f} s", flush=True)
    return found


def fuzz(each: int, seed: int, phases: str = "coverage,fuzzing") -> Outcome:
    """Send `each` random requests to each route, the same ones for the same seed, and check every answer.

    The phase "coverage" sends about 2,000 that aren't random: the edges of everything that the document says.
    """
    with serving() as url, tempfile.TemporaryDirectory() as folder:
        Path(folder, "schemathesis.toml").write_text(SETTINGS, encoding="utf-8")
        events = Path(folder) / "events.ndjson"
        command = [
            str(Path(sys.executable).parent / "schemathesis"), "run", f"{url}/openapi.json",
            "--checks", ",".join(CHECKS), "--phases", phases, "--continue-on-failure", "--no-color",
            "--max-examples", str(each), "--seed", str(seed), "--generation-database", "none",
            "--request-timeout", str(LONGEST), "--suppress-health-check", "all", "--warnings", "off",
            "--report", "ndjson", "--report-ndjson-path", str(events),
        ]  # fmt: skip
        ran = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)
        return read(events, ran.stdout + ran.stderr, ran.returncode)


SETTINGS = """
[phases.coverage]
extra-data-sources = {responses = false}
[phases.fuzzing]
extra-data-sources = {responses = false}
error-feedback = {enabled = false}

[dictionaries]
runs = {values = ["trace-1"]}
models = {values = ["its-tiny", "lab/careful", "its-tiny:beam-search", "lab/careful:best-of-n"]}
algorithms = {values = ["best-of-n", "beam-search"]}
[parameters]
"path.trace_id" = {dictionary = "runs", probability = 0.5}
"path.model_id" = {dictionary = "models", probability = 0.5}
"body.algorithm" = {dictionary = "algorithms", probability = 0.8}
"header.X-ITS-Algorithm" = {dictionary = "algorithms", probability = 0.8}
"""
"""Names that the script knows; and nothing is learnt from answers, which makes schemathesis leave routes early:
hypothesis wants the same values for the same choices.
"""


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


def page(found: Outcome, command: str, seconds: float) -> str:
    """Return what came out as a page of Markdown, which says how it was made."""
    versions = ", ".join(f"{name} {version(name)}" for name in ("its", "schemathesis", "hypothesis"))
    failures = ", ".join(f"{name} {number}" for name, number in found.failures.most_common()) or "none"
    lines = [
        "# What fuzzing found",
        f"`{command}`",
        f"{dt.datetime.now(dt.UTC):%Y-%m-%d}. Python {platform.python_version()}, {versions}.",
        PREFACE,
        f"{found.cases:,} requests in {seconds:,.0f} seconds on {os.cpu_count()} shared cores. Failures: {failures}.",
        "\n".join(found.table()),
    ]
    return "\n\n".join(lines) + "\n"


PREFACE = f"""\
Requests that our OpenAPI document allows, and others that it forbids, go to the real gateway in front of a scripted
orchestrator. A failure is a 5xx, an answer that the document doesn't describe, a forbidden request that is answered, or
{LONGEST} seconds without an answer."""


def main() -> None:
    """Fuzz as long as asked for, and exit with a status that tells whether anything failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--out", type=Path, help="a file to write what was found to, as Markdown")
    asked = parser.parse_args()
    configure(ServiceSettings(log_level="error"))
    began = time.monotonic()
    found = fuzz_in_rounds(asked.cases, asked.seed, asked.processes)
    told = page(found, " ".join(["python", *sys.argv]), time.monotonic() - began)
    print(told)
    if asked.out:
        asked.out.write_text(told, encoding="utf-8")
    sys.exit(found.failed)


if __name__ == "__main__":
    main()
