"""What a request costs beside the model, ours and two peers' in one run: CPU a request, and requests a second.

    make bench
    python benchmarks/overhead.py --out overhead.md

The peers are its_hub's service and OptiLLM's proxy, each in an environment of its own. All vote over as many answers
as the budget says, and the same answers come at once from a process that is not counted (`instant_engines.py`). The
services take turns, budget by budget, so that other load on the machine meets all of them; a figure is the best of
its rounds, since load only makes it worse. OptiLLM asks for all answers in one call, as we do; its_hub in one each.
"""

import argparse
import asyncio
import json
import time
from collections.abc import Generator
from contextlib import contextmanager

import gateway_cost
from gateway_cost import HERE, PORTS, Service, configured, milliseconds, services, started
from http_connections import Connections, asked, listening
from instant_engines import TOKENS
from sheet import Sheet

OPTILLM = HERE.parent / ".venv-optillm/bin/optillm"
OPTILLM_PORT = 19407
REQUESTS = {1: 200, 16: 100, 64: 50}
"""By budget, in a round."""
VERSIONS = ("its_hub 1.2.0", "OptiLLM 0.4.0")


class Proxy(Service):
    """OptiLLM, which is told by the request's body what to do, and takes so long that a quarter of them will do."""

    def request(self, budget: int, **more: object) -> bytes:
        message = {"role": "user", "content": gateway_cost.QUESTION}
        how = {"optillm_approach": "majority_voting", "k": budget}
        return asked("/v1/chat/completions", {"model": self.model, "messages": [message], **how, **more})


async def rate(service: Service, budget: int, callers: int, seconds: float) -> float:
    """Return how many requests a second are answered when so many callers ask again as soon as they can."""
    request = service.request(budget)
    async with Connections(service.port, callers) as connections:
        began = time.perf_counter()

        async def caller() -> int:
            count = 0
            while time.perf_counter() - began < seconds:
                await connections.ask(request)
                count += 1
            return count

        answered = sum(await asyncio.gather(*(caller() for _ in range(callers))))
        return answered / (time.perf_counter() - began)


async def answers(service: Service) -> None:
    """See that it has as many answers as it was told, and says what a vote over them says."""
    async with Connections(service.port, 1) as connections:
        told = json.loads(await connections.ask(service.request(8)))
    said, spent = told["choices"][0]["message"]["content"], told["usage"]["completion_tokens"]
    if "boxed{7}" not in said or spent != 8 * TOKENS:
        raise AssertionError(f"{service.name} answers {said!r} for {spent} tokens; the vote of eight is for 7")


@contextmanager
def optillm() -> Generator[Service]:
    """Start OptiLLM's proxy in front of the instant engines."""
    address = f"http://127.0.0.1:{PORTS['openai']}/v1"
    how = ("--base-url", address, "--port", str(OPTILLM_PORT), "--log", "error", "--approach", "none")
    with started(str(OPTILLM), *how, OPENAI_API_KEY="none") as process:
        yield Proxy("OptiLLM", OPTILLM_PORT, [process], "instant")


async def measured(compared: list[Service], arguments: argparse.Namespace, sheet: Sheet) -> None:
    """Fill the sheet."""
    names = [one.name for one in compared]
    ratios = [f"{name} ÷ its" for name in names[1:]]
    sheet.say("## CPU milliseconds of a request", "")
    rows: list[list[object]] = []
    for budget, count in REQUESTS.items():
        counts = [count // 4 if isinstance(one, Proxy) else count for one in compared]
        rounds = [
            [await milliseconds(one, budget, many) for one, many in zip(compared, counts, strict=True)]
            for _ in range(arguments.rounds)
        ]
        least = [min(column) for column in zip(*rounds, strict=True)]
        rows.append([budget, *(f"{one:.2f}" for one in least), *(f"{one / least[0]:.1f}" for one in least[1:])])
    sheet.table(["budget", *names, *ratios], rows)
    sheet.say(f"## Requests a second, {arguments.callers} callers", "")
    rows = []
    for budget in (1, 16):
        rounds = [
            [await rate(one, budget, arguments.callers, arguments.seconds) for one in compared]
            for _ in range(arguments.rounds)
        ]
        most = [max(column) for column in zip(*rounds, strict=True)]
        rows.append([budget, *(f"{one:.0f}" for one in most), *(f"{most[0] / one:.1f}" for one in most[1:])])
    sheet.table(["budget", *names, *(f"its ÷ {name}" for name in names[1:])], rows)


async def main(arguments: argparse.Namespace) -> None:
    """Measure, print and write."""
    sheet = Sheet("Overhead of a request, beside two peers", ("its", "grpcio"), VERSIONS)
    with services(peer=True) as ours, optillm() as proxy:
        compared = [*ours, proxy]
        for port in (*PORTS.values(), OPTILLM_PORT):
            await listening(port)
        await configured(ours[1])
        for service in compared:
            await answers(service)
        await measured(compared, arguments, sheet)
    sheet.write(arguments.out)


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--callers", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=3.0, help="how long each round of requests a second takes")
    parser.add_argument("--out", help="write the result to this file of benchmarks/results, too")
    return parser.parse_args()


if __name__ == "__main__":
    asyncio.run(main(parse()))
