"""How soon the engine's work stops when a client leaves: by the engine's own count of sequences, and by the call's end.

    python benchmarks/leaving.py

The four processes run. A client asks for many long answers, leaves after a moment, and the generator is asked, over
and over, how many sequences its engine has; its log says when the call ended. All clocks are this machine's.
"""

import argparse
import asyncio
import datetime as dt
import os
import random
import re
import statistics
import time

import httpx

from its_cli.configuration import Configuration
from its_cli.layout import free, free_ports, moved
from its_cli.system import system

ENDLESS = {"871": -100, "873": -100}
"""Bias that keeps the shipped model from ending."""
GOAL = 50
MODEL = "its-tiny:self-consistency"
_CANCELLED = re.compile(r"(\S+)Z .*Generate code=CANCELLED")
_RUNNING = re.compile(rb"^its_engine_sequences\{.*\} ([0-9.]+)$", re.MULTILINE)


class Measurement:
    """Clients that leave, one after the other."""

    def __init__(self, gateway: httpx.AsyncClient, counts: httpx.AsyncClient, arguments: argparse.Namespace) -> None:
        self._gateway = gateway
        self._counts = counts
        self._arguments = arguments
        self._random = random.Random(7)
        self.ends: list[float] = []
        """When calls of the generator were cancelled, by its log."""

    def listen(self, section: str, line: str) -> None:
        """Take note of what a process says."""
        if section == "generator" and (found := _CANCELLED.search(line)):
            self.ends.append(dt.datetime.fromisoformat(found[1]).replace(tzinfo=dt.UTC).timestamp())

    async def once(self, *, stream: bool) -> tuple[float, float]:
        """Return the milliseconds from leaving to the call's end, and until the engine had nothing left."""
        self.ends.clear()
        asking = asyncio.create_task(self._ask(stream=stream))
        while not await self._sequences():  # noqa: ASYNC110  (another process sets no event)
            await asyncio.sleep(0.001)
        await asyncio.sleep(self._random.uniform(0.02, 0.1))
        left = time.time()
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        while await self._sequences():
            pass
        idle = time.time()
        while not self.ends:  # noqa: ASYNC110  (likewise)
            await asyncio.sleep(0.001)
        return (max(self.ends) - left) * 1000, (idle - left) * 1000

    async def _ask(self, *, stream: bool) -> None:
        body = {
            "model": MODEL,
            "messages": [{"role": "user", "content": "What is (7-6+8)*5?"}],
            "budget": self._arguments.budget,
            "logit_bias": ENDLESS,
            "stream": stream,
        }
        async with self._gateway.stream("POST", "/v1/chat/completions", json=body) as answer:
            await answer.aread()

    async def _sequences(self) -> float:
        page = (await self._counts.get("/metrics")).content
        return sum(map(float, _RUNNING.findall(page)))


async def main() -> None:
    """Measure and print."""
    arguments = parse()
    port = free_ports()[0]
    os.environ["ITS_GENERATOR_METRICS_PORT"] = str(port)
    layout = moved(Configuration(), None, free())
    async with (
        httpx.AsyncClient(base_url=layout.url, timeout=60, trust_env=False) as gateway,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as counts,
    ):
        measurement = Measurement(gateway, counts, arguments)
        async with system(layout, measurement.listen, lambda _: None):
            print(f"load {os.getloadavg()[0]:.1f}; {MODEL}, budget {arguments.budget}; goal {GOAL} ms")
            print("| client | call ended: median, most | engine idle: median, most |")
            print("|---|---|---|")
            for stream in (True, False):
                times = [await measurement.once(stream=stream) for _ in range(arguments.times)]
                ended, idle = zip(*times, strict=True)
                print(f"| {'stream' if stream else 'whole answer'} | {_told(ended)} | {_told(idle)} |")


def _told(milliseconds: tuple[float, ...]) -> str:
    return f"{statistics.median(milliseconds):.1f}, {max(milliseconds):.1f} ms"


def parse() -> argparse.Namespace:
    """Return the command's arguments."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--budget", type=int, default=64)
    parser.add_argument("--times", type=int, default=20)
    return parser.parse_args()


if __name__ == "__main__":
    asyncio.run(main())
