"""How long a budget-1 request takes beside sixteen budget-64 ones, as a multiple of its time alone.

    python benchmarks/fairness.py

The four processes run; every small request is the same, so it writes the same tokens. The large ones are sent again as
long as the measurement lasts, and what they lose to the small ones is counted in tokens that the engine samples. Times
alone and beside alternate in rounds, since a machine's speed changes.
"""

import argparse
import asyncio
import os
import random
import re
import statistics
import time
from collections.abc import AsyncGenerator, Awaitable, Sequence
from contextlib import asynccontextmanager

import httpx
from sheet import Sheet

from its_cli.configuration import Configuration
from its_cli.layout import based, free, free_ports, moved
from its_cli.system import system
from its_models import heldout

GOAL = 1.5
_SAMPLED = re.compile(r"^its_engine_tokens_total\{.*\} ([0-9.e+]+)$", re.MULTILINE)


class Measurement:
    """Rounds of small requests alone and beside large ones."""

    def __init__(self, http: httpx.AsyncClient, metrics: str, arguments: argparse.Namespace) -> None:
        self._http = http
        self._metrics = metrics
        self._arguments = arguments
        self._questions = [problem.problem for problem in heldout()]
        self._random = random.Random(7)
        self.alone: list[float] = []
        self.beside: list[float] = []
        """Seconds of small requests."""
        self.undisturbed: list[float] = []
        self.disturbed: list[float] = []
        """Tokens a second of the large ones in each round, without small ones and beside them."""
        self._small_tokens = 0

    async def run(self) -> None:
        """Measure all rounds."""
        await self._small(5)
        for _ in range(self._arguments.rounds):
            self.alone += await self._small(self._arguments.repeats)
            async with self._crowd():
                self.undisturbed.append(await self._rate(asyncio.sleep(self._arguments.warm_up)))
                self.disturbed.append(await self._rate(self._beside()))

    async def _beside(self) -> None:
        self.beside += await self._small(self._arguments.repeats)

    async def _rate(self, meanwhile: Awaitable[None]) -> float:
        """Return how many tokens a second large requests are given while something else happens."""
        before, began, small = await self._sampled(), time.perf_counter(), self._small_tokens
        await meanwhile
        tokens = await self._sampled() - before - (self._small_tokens - small)
        return tokens / (time.perf_counter() - began)

    async def _small(self, times: int) -> list[float]:
        found = list[float]()
        for _ in range(times):
            began = time.perf_counter()
            self._small_tokens += await self._ask(self._questions[0], 1, seed=1)
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

    async def _ask(self, question: str, budget: int, seed: int) -> int:
        """Return how many tokens the answer took."""
        body = {
            "model": f"its-tiny:{self._arguments.algorithm}",
            "messages": [{"role": "user", "content": question}],
            "budget": budget,
            "seed": seed,
        }
        answered = await self._http.post("/v1/chat/completions", json=body)
        answered.raise_for_status()
        return answered.json()["usage"]["completion_tokens"]

    async def _sampled(self) -> float:
        page = (await self._http.get(self._metrics)).text
        return sum(map(float, _SAMPLED.findall(page)))


async def main() -> None:
    """Measure and print."""
    arguments = parse()
    port = arguments.port_base + 4 if arguments.port_base else free_ports()[0]
    os.environ["ITS_GENERATOR_METRICS_PORT"] = f"{port}"
    layout = moved(Configuration(), None, based(arguments.port_base) if arguments.port_base else free())
    sheet = Sheet(
        f"A small request beside {arguments.clients} large ones: {arguments.algorithm}", ("its", "onnxruntime")
    )
    async with (
        system(layout, lambda *_: None, lambda _: None),
        httpx.AsyncClient(base_url=layout.url, timeout=600, trust_env=False) as http,
    ):
        found = Measurement(http, f"http://127.0.0.1:{port}/metrics", arguments)
        await found.run()
    first, then = statistics.median(found.alone), statistics.median(found.beside)
    sheet.say(
        f"Budget 1 takes {then / first:.2f} times its time alone beside budget {arguments.budget}; goal {GOAL}.", ""
    )
    heads = ["small request", "median ms", "5 %", "95 %"]
    sheet.table(heads, [["alone", *_times(found.alone)], ["beside", *_times(found.beside)]])
    rates = [statistics.fmean(rates) for rates in (found.undisturbed, found.disturbed)]
    share = f"{rates[1] / rates[0]:.2f} of their tokens a second: {rates[1]:,.0f} of {rates[0]:,.0f}"
    sheet.say(f"While small ones come, one after the other with pauses up to 50 ms, the large ones keep {share}.")
    sheet.write(arguments.out)


def _times(seconds: Sequence[float]) -> list[str]:
    low, *_, high = statistics.quantiles(seconds, n=20)
    return [f"{each * 1000:.1f}" for each in (statistics.median(seconds), low, high)]


def parse() -> argparse.Namespace:
    """Return the command's arguments."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--algorithm", default="self-consistency")
    parser.add_argument("--budget", type=int, default=64, help="of a large request")
    parser.add_argument("--clients", type=int, default=16, help="that send large requests")
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--repeats", type=int, default=15, help="small requests of each kind in a round")
    parser.add_argument("--warm-up", type=float, default=1.5, help="seconds until the large ones are under way")
    parser.add_argument("--port-base", type=int, help="first of five ports; absent, free ones")
    parser.add_argument("--out", help="write the result to this file of benchmarks/results, too")
    return parser.parse_args()


if __name__ == "__main__":
    asyncio.run(main())
