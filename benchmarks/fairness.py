"""How long a budget-1 request takes beside sixteen budget-64 ones, as a multiple of its time alone.

`python benchmarks/fairness.py` starts the four processes; every request is the same, so it writes the same tokens. The
large ones are sent again as long as the measurement lasts. Times alone and beside alternate in rounds, since a
machine's speed changes.
"""

import argparse
import asyncio
import random
import statistics
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx

from its_cli.configuration import Configuration
from its_cli.layout import based, free, moved
from its_cli.system import system
from its_models import heldout


async def main() -> None:
    """Measure and print."""
    arguments = parse()
    ports = based(arguments.port_base) if arguments.port_base else free()
    layout = moved(Configuration(), None, ports)
    async with (
        system(layout, lambda *_: None, lambda _: None),
        httpx.AsyncClient(base_url=layout.url, timeout=600, trust_env=False) as http,
    ):
        await Measurement(http, arguments).run()


class Measurement:
    """Rounds of small requests alone and beside large ones."""

    def __init__(self, http: httpx.AsyncClient, arguments: argparse.Namespace) -> None:
        self._http = http
        self._arguments = arguments
        self._questions = [problem.problem for problem in heldout()]
        self._random = random.Random(7)
        self.large = 0
        """Large requests that were answered."""

    async def run(self) -> None:
        """Print the times of all rounds and their ratio."""
        await self._small(5)
        alone, beside = list[float](), list[float]()
        began, spent = time.perf_counter(), 0.0
        for _ in range(self._arguments.rounds):
            alone += await self._small(self._arguments.repeats)
            async with self._crowd():
                crowded = time.perf_counter()
                beside += await self._small(self._arguments.repeats)
                spent += time.perf_counter() - crowded
        first, then = statistics.median(alone), statistics.median(beside)
        print(f"command: python {' '.join(sys.argv)}")
        print(f"small requests: {len(alone)} alone, {len(beside)} beside {self._arguments.clients} large ones")
        print(f"large requests: {self.large} answered, in {time.perf_counter() - began:.1f} s")
        print(f"alone:  median {first * 1000:.1f} ms, {_spread(alone)}")
        print(f"beside: median {then * 1000:.1f} ms, {_spread(beside)}")
        print(f"ratio of medians: {then / first:.2f}")

    async def _small(self, times: int) -> list[float]:
        found = list[float]()
        for _ in range(times):
            began = time.perf_counter()
            await self._ask(self._questions[0], 1, seed=1)
            found.append(time.perf_counter() - began)
            await asyncio.sleep(self._random.uniform(0, 0.05))
        return found

    @asynccontextmanager
    async def _crowd(self) -> AsyncGenerator[None, None]:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._large(place)) for place in range(self._arguments.clients)]
            await asyncio.sleep(self._arguments.warm_up)
            yield
            for task in tasks:
                task.cancel()
        await asyncio.sleep(1)

    async def _large(self, place: int) -> None:
        while True:
            await self._ask(self._random.choice(self._questions), self._arguments.budget, seed=place)
            self.large += 1

    async def _ask(self, question: str, budget: int, seed: int) -> None:
        body = {
            "model": f"its-tiny:{self._arguments.algorithm}",
            "messages": [{"role": "user", "content": question}],
            "budget": budget,
            "seed": seed,
        }
        answered = await self._http.post("/v1/chat/completions", json=body)
        answered.raise_for_status()


def _spread(seconds: list[float]) -> str:
    low, *_, high = statistics.quantiles(seconds, n=20)
    return f"5 % {low * 1000:.1f}, 95 % {high * 1000:.1f}"


def parse() -> argparse.Namespace:
    """Return the command's arguments."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--algorithm", default="self-consistency")
    parser.add_argument("--budget", type=int, default=64, help="of a large request")
    parser.add_argument("--clients", type=int, default=16, help="that send large requests")
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--repeats", type=int, default=15, help="small requests of each kind in a round")
    parser.add_argument("--warm-up", type=float, default=1.5, help="seconds until the large ones are under way")
    parser.add_argument("--port-base", type=int, help="first of four ports; absent, free ones")
    return parser.parse_args()


if __name__ == "__main__":
    asyncio.run(main())
