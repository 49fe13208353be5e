"""What answering costs beside the model: CPU of gateway and orchestrator a request, beside its_hub's service.

    make gateway-cost                       with its_hub, in an environment of its own
    python benchmarks/gateway_cost.py       without

Engines answer at once, in a process that is not counted (`instant_engines.py`). The services take turns, budget by
budget, in one run: other load on the machine hits both alike. A figure is the least of its rounds, since load only
ever adds; what a service's children use is counted with it. Latency is that of requests sent at a steady rate,
whatever becomes of those before.
"""

import argparse
import asyncio
import datetime as dt
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import psutil
from http_connections import Connections, asked, listening
from instant_engines import SAID, TOKENS

from its_runtime.transport import TRANSPORT

HERE = Path(__file__).parent
PEER = HERE.parent / ".venv-peers/bin"
PORTS = {"generator": 19705, "openai": 19706, "orchestrator": 19700, "gateway": 19703, "peer": 19704}
GOALS = {1: 1.5, 16: 2.5, 64: 5.0}
ROUNDS, REQUESTS = 5, {1: 400, 16: 200, 64: 80}
CALLERS = 4
RATE, SECONDS = 200, 10
QUESTION = "At first there are 4 toys. 3 more come. How many are there now?"


@dataclass(frozen=True)
class Service:
    """What is measured: processes, and the address that answers."""

    name: str
    port: int
    processes: list[psutil.Process]
    model: str

    @property
    def cpu(self) -> float:
        """Seconds of processor time so far, of all processes and their children."""
        alive = [one for parent in self.processes for one in (parent, *parent.children(recursive=True))]
        return sum(used.user + used.system for used in (one.cpu_times() for one in alive))

    def request(self, budget: int, **more: object) -> bytes:
        """Return a question as bytes of HTTP."""
        message = {"role": "user", "content": QUESTION}
        return asked("/v1/chat/completions", {"model": self.model, "messages": [message], "budget": budget, **more})


async def milliseconds(service: Service, budget: int, requests: int = 0) -> float:
    """Return the CPU time of one request, in one round of so many; 0: as many as there usually are."""
    count = requests or REQUESTS[budget]
    async with Connections(service.port, CALLERS) as connections:
        request = service.request(budget)
        await connections.all([request] * CALLERS)
        before = service.cpu
        await connections.all([request] * count)
        return (service.cpu - before) / count * 1000


async def latencies(service: Service) -> list[float]:
    """Return the milliseconds that each of many requests took, sent at a steady rate with budget 1."""
    took: list[float] = []
    request = service.request(1)
    async with Connections(service.port, 64) as connections, asyncio.TaskGroup() as group:
        began = time.perf_counter()

        async def one(due: float) -> None:
            await connections.ask(request)
            took.append((time.perf_counter() - due) * 1000)

        for number in range(RATE * SECONDS):
            due = began + number / RATE
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            group.create_task(one(due))
    return sorted(took)


async def first_event(service: Service) -> float:
    """Return the median of milliseconds until a stream of budget 64 tells something."""
    request = service.request(64, stream=True, its={"progress": True})
    took: list[float] = []
    for _ in range(20):
        async with Connections(service.port, 1) as connections:
            took.append(await connections.until(request, b"reasoning_content"))
    return statistics.median(took)


@contextmanager
def started(*command: str, **environment: str) -> Generator[psutil.Process, None, None]:
    """Run a process inside the block, as `its up` would; what it writes is thrown away."""
    with subprocess.Popen(
        command, env={**TRANSPORT, **os.environ, **environment}, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    ) as one:
        try:
            yield psutil.Process(one.pid)
        finally:
            one.terminate()


@contextmanager
def services(peer: bool) -> Iterator[list[Service]]:
    """Start the engines and what is in front of them; yield ours, then the peer's."""
    python = sys.executable
    local = {name: f"127.0.0.1:{port}" for name, port in PORTS.items()}
    with ExitStack() as stack:
        run = lambda *command, **environment: stack.enter_context(started(*command, **environment))  # noqa: E731
        run(python, str(HERE / "instant_engines.py"), str(PORTS["generator"]), str(PORTS["openai"]))
        orchestrator = run(
            *(python, "-m", "its_orchestrator"),
            ITS_ORCHESTRATOR_PORT=str(PORTS["orchestrator"]),
            ITS_ORCHESTRATOR_GENERATOR=local["generator"],
        )
        gateway = run(
            *(python, "-m", "its_gateway"),
            ITS_GATEWAY_PORT=str(PORTS["gateway"]),
            ITS_GATEWAY_ORCHESTRATOR=local["orchestrator"],
        )
        found = [Service("its", PORTS["gateway"], [orchestrator, gateway], "instant:self-consistency")]
        if peer:
            theirs = run(str(PEER / "its-iaas"), "--port", str(PORTS["peer"]), "--log-level", "WARNING")
            found.append(Service("its_hub", PORTS["peer"], [theirs], "instant"))
        yield found


async def checked(service: Service) -> None:
    """Raise AssertionError unless an answer is the engine's, and paid for as often as was asked."""
    async with Connections(service.port, 1) as connections:
        for budget in GOALS:
            answer = json.loads(await connections.ask(service.request(budget)))
            said, paid = answer["choices"][0]["message"]["content"], answer["usage"]["completion_tokens"]
            if said not in SAID or paid != TOKENS * budget:
                raise AssertionError(f"{service.name} answers a budget of {budget} with {paid} tokens and {said!r}")


async def configured(service: Service) -> None:
    """Tell the peer what to do."""
    fields = {
        "endpoint": f"http://127.0.0.1:{PORTS['openai']}/v1",
        "api_key": "none",
        "model": "instant",
        "alg": "self-consistency",
        "regex_patterns": [r"\\boxed\{(.+?)\}"],
    }
    async with Connections(service.port, 1) as connections:
        await connections.ask(asked("/configure", fields))


async def main(peer: bool) -> None:
    """Print the tables."""
    told = platform.processor() or platform.machine()
    print(f"{dt.datetime.now(dt.UTC):%Y-%m-%d}; {told}, {os.cpu_count()} cores; load {os.getloadavg()[0]:.1f}")
    print(f"its {version('its')}, Python {platform.python_version()}, grpcio {version('grpcio')}")
    with services(peer) as compared:
        for port in PORTS.values():
            if peer or port != PORTS["peer"]:
                await listening(port)
        for service in compared[1:]:
            await configured(service)
        for service in compared:
            await checked(service)
        print("\n| budget | goal, ms | " + " | ".join(f"{one.name}, ms" for one in compared) + " | ratio |")
        print("|---" * (3 + len(compared)) + "|")
        for budget, goal in GOALS.items():
            rounds = [[await milliseconds(one, budget) for one in compared] for _ in range(ROUNDS)]
            least = [min(column) for column in zip(*rounds, strict=True)]
            ratio = f"{least[-1] / least[0]:.1f}" if len(least) > 1 else ""
            print(f"| {budget} | {goal} | " + " | ".join(f"{one:.2f}" for one in least) + f" | {ratio} |")
        print(f"\n| {RATE} requests a second, budget 1 | p50, ms | p99, ms |\n|---|---|---|")
        for service in (*compared, Service("the engine alone", PORTS["openai"], [], "instant")):
            took = await latencies(service)
            print(f"| {service.name} | {took[len(took) // 2]:.1f} | {took[len(took) * 99 // 100]:.1f} |")
        print(f"\nits: first progress of a stream, budget 64: {await first_event(compared[0]):.1f} ms")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", action="store_true", help="measure its_hub too, in .venv-peers")
    asyncio.run(main(parser.parse_args().peer))
