"""How soon all work for a client stops when it leaves, by the engine's own count and by the ledger of its run.

    python benchmarks/leaving.py

The four processes run. A client, whose key has a limit of tokens so that its runs are charged to the last one, asks for
many long answers and leaves after a moment. The engine says over and over how many sequences it has and how many tokens
it has sampled: the work has stopped when it has no sequence left. The run's ledger says what the run cost: once it is
closed, nothing can be added. Both tell how many tokens came after the last count before the leaving. That the ledger
has what the engine sampled, to the token, is checked each time. All clocks are this machine's.
"""

import argparse
import asyncio
import datetime as dt
import os
import random
import re
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import httpx
from sheet import Sheet

from its_cli.configuration import Configuration
from its_cli.layout import based, free, free_ports, moved
from its_cli.system import system
from its_gateway import keys
from its_gateway.keys import Key

ENDLESS = {"871": -100, "873": -100}
"""Bias that keeps the shipped model from ending."""
GOAL = 50
KINDS = {"stream": True, "whole answer": False}
MODEL = "its-tiny:self-consistency"
_SOLVED = re.compile(r"(\S+)Z .*Solve code=CANCELLED .*\bcompletion_tokens=(\d+)")
_RUNNING = re.compile(rb"^its_engine_sequences\{.*\} ([0-9.]+)$", re.MULTILINE)
_SAMPLED = re.compile(rb"^its_engine_tokens_total\{.*\} ([0-9.e+]+)$", re.MULTILINE)


class Left(NamedTuple):
    """What followed when a client left."""

    stopped: float
    """Milliseconds until the engine had no sequence."""
    sampled: int
    """Tokens that the engine sampled since it was last asked before."""
    closed: float
    """Milliseconds until the run's ledger was closed."""
    charged: int
    """Tokens of the ledger that were not sampled when the engine was last asked before."""


class Measurement:
    """Clients that leave, one after the other."""

    def __init__(self, gateway: httpx.AsyncClient, counts: httpx.AsyncClient, budget: int) -> None:
        self._gateway = gateway
        self._counts = counts
        self._budget = budget
        self._random = random.Random(7)
        self._ledgers: list[tuple[float, int]] = []
        """When a ledger was closed, and its completion tokens, by the orchestrator's log."""

    def listen(self, section: str, line: str) -> None:
        """Take note of what a process says."""
        if section == "orchestrator" and (found := _SOLVED.search(line)):
            when = dt.datetime.fromisoformat(found[1]).replace(tzinfo=dt.UTC).timestamp()
            self._ledgers.append((when, int(found[2])))

    async def once(self, *, stream: bool) -> Left:
        """Let a client come and leave."""
        self._ledgers.clear()
        _, before = await self._engine()
        asking = asyncio.create_task(self._ask(stream=stream))
        while not (await self._engine())[0]:  # noqa: ASYNC110  (another process sets no event)
            await asyncio.sleep(0.001)
        await asyncio.sleep(self._random.uniform(0.02, 0.1))
        _, last = await self._engine()
        left = time.time()
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        while (state := await self._engine())[0]:
            pass
        idle, (_, after) = time.time(), state
        while not self._ledgers:  # noqa: ASYNC110  (likewise)
            await asyncio.sleep(0.001)
        closed, tokens = self._ledgers[0]
        if tokens != after - before:
            raise AssertionError(f"the ledger has {tokens} tokens, the engine sampled {after - before}")
        return Left((idle - left) * 1000, after - last, (closed - left) * 1000, tokens - (last - before))

    async def _ask(self, *, stream: bool) -> None:
        body = {
            "model": MODEL,
            "messages": [{"role": "user", "content": "What is (7-6+8)*5?"}],
            "budget": self._budget,
            "logit_bias": ENDLESS,
            "stream": stream,
        }
        async with self._gateway.stream("POST", "/v1/chat/completions", json=body) as answer:
            await answer.aread()

    async def _engine(self) -> tuple[int, int]:
        """Return how many sequences the engine has, and how many tokens it has sampled."""
        page = (await self._counts.get("/metrics")).content
        running, sampled = (sum(map(float, pattern.findall(page))) for pattern in (_RUNNING, _SAMPLED))
        return round(running), round(sampled)


async def main() -> None:
    """Measure and print."""
    arguments = parse()
    port = arguments.port_base + 4 if arguments.port_base else free_ports()[0]
    layout = moved(Configuration(), None, based(arguments.port_base) if arguments.port_base else free())
    with tempfile.TemporaryDirectory() as folder:
        key = limited(Path(folder) / "keys.json")
        os.environ |= {"ITS_GENERATOR_METRICS_PORT": f"{port}", "ITS_GATEWAY_KEYS": f"{folder}/keys.json"}
        async with (
            httpx.AsyncClient(base_url=layout.url, timeout=60, trust_env=False, headers=key) as gateway,
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as counts,
        ):
            measurement = Measurement(gateway, counts, arguments.budget)
            async with system(layout, measurement.listen, lambda _: None):
                rows = [[name, *await found(measurement, arguments.times, stream)] for name, stream in KINDS.items()]
    sheet = Sheet(f"Clients that leave: {MODEL}, budget {arguments.budget}", ("its", "onnxruntime"))
    sheet.say(f"{arguments.times} of each kind; in milliseconds, of which {GOAL} are allowed, and in tokens.", "")
    sheet.table(["median, most", "engine idle", "tokens by then", "ledger closed", "tokens by then"], rows)
    sheet.write(arguments.out)


async def found(measurement: Measurement, times: int, stream: bool) -> list[str]:
    """Return what followed when so many clients of a kind left."""
    left = [await measurement.once(stream=stream) for _ in range(times)]
    return [_told(figures) for figures in zip(*left, strict=True)]


def limited(file: Path) -> dict[str, str]:
    """Make a file of keys with one that has a limit; return the header that shows it."""
    token = keys.new_token()
    key = Key(sha256=keys.digest(token), tokens_per_minute=1_000_000_000)
    keys.change(file, lambda known: known.update(client=key))
    return {"authorization": f"Bearer {token}"}


def _told(figures: Sequence[float]) -> str:
    return f"{statistics.median(figures):.1f}, {max(figures):.1f}"


def parse() -> argparse.Namespace:
    """Return the command's arguments."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--budget", type=int, default=64)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--port-base", type=int, help="first of five ports; absent, free ones")
    parser.add_argument("--out", help="write the result to this file of benchmarks/results, too")
    return parser.parse_args()


if __name__ == "__main__":
    asyncio.run(main())
