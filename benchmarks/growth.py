"""How CPU and memory of the orchestrator grow with particles, steps and concurrent requests, as a table and drawn.

    make bench
    python benchmarks/growth.py --out growth.md

Particle filtering, with engines that are replayed (`orchestrator_cost.py`): what the orchestrator does for a request is
counted, the conversion of all messages included, and nothing that engines or gRPC do. Each point has a process of its
own. Memory is what the process has at its highest beyond what it had before, for each of the requests that run at once.
"""

import argparse
import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import aclosing
from itertools import product
from pathlib import Path

from curves import Panel, draw
from orchestrator_cost import Replayed
from sheet import RESULTS, Sheet

from its_orchestrator.algorithms import ParticleFiltering
from its_orchestrator.running.run import Engines
from its_orchestrator.running.solver import Solver
from its_orchestrator.storing.settings import TraceSettings
from its_orchestrator.testing import World
from its_orchestrator.traces import Traces
from its_orchestrator.wire import convert_events, convert_traces

PARTICLES, STEPS, CONCURRENT = (4, 16, 64), (4, 8, 16, 32), (1, 4, 16)
DRAWN = {"cpu": "CPU ms a request", "memory": "MiB a request"}
ROUNDS = 3
Point = tuple[int, int, int]


async def measure(particles: int, steps: int, concurrent: int) -> tuple[float, float]:
    """Return the milliseconds of CPU and the MiB that one of so many concurrent requests takes."""
    answers = ["a step of it\n\n" * (steps - 1) + f"so \\boxed{{{number}}}" for number in range(4)]
    world = World(answers, judge=lambda text: len(text) % 7 / 7)
    engines = Replayed(world)
    equivalence = world.engines.equivalence
    traces = Traces(TraceSettings(memory=0), convert_traces.words(equivalence, prompts=False))
    solver = Solver(Engines(engines, engines, equivalence), traces)
    order = world.order(ParticleFiltering(), particles, seed=1)

    async def request() -> None:
        async with aclosing(solver.events(order, convert_events.ANSWER)) as events:
            async for event in events:
                convert_events.event(event, equivalence)

    await request()
    spent, grown = [], []
    for _ in range(ROUNDS):
        before, began = resident("VmRSS"), time.process_time()
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak counts from here on
        await asyncio.gather(*(request() for _ in range(concurrent)))
        spent.append((time.process_time() - began) / concurrent)
        grown.append((resident("VmHWM") - before) / concurrent)
    return 1000 * min(spent), grown[0]


def resident(what: str) -> float:
    """Return the memory of this process in MiB: `VmRSS` now, or `VmHWM` at its highest."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(what)) / 1024


def measured() -> Iterator[tuple[Point, tuple[float, float]]]:
    """Measure every point in a process of its own."""
    for point in product(PARTICLES, STEPS, CONCURRENT):
        command = [sys.executable, __file__, "--point", *map(str, point)]
        told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        milliseconds, mebibytes = map(float, told.split())
        yield point, (milliseconds, mebibytes)


def main(out: str | None) -> None:
    """Measure, print, write and draw."""
    sheet = Sheet("How the orchestrator's cost grows", ("its",))
    found = dict(measured())
    heads = ["particles", "steps", "concurrent", "CPU ms a request", "µs a particle's step", "MiB a request"]
    rows = [
        [*point, f"{cpu:.1f}", f"{1000 * cpu / point[0] / point[1]:.0f}", f"{memory:.2f}"]
        for point, (cpu, memory) in found.items()
    ]
    sheet.table(heads, rows)
    if out:
        for value, (name, what) in enumerate(DRAWN.items()):
            picture = RESULTS / f"{Path(out).stem}-{name}.svg"
            picture.parent.mkdir(exist_ok=True)
            draw(picture, "steps", what, panels(found, value))
            sheet.say(f"![{what} over steps, one panel for each number of particles]({picture.name})", "")
    sheet.write(out)


def panels(found: dict[Point, tuple[float, float]], value: int) -> list[Panel]:
    """Return one panel for each number of particles, with a line for each number of concurrent requests."""
    return [
        Panel(
            f"{particles} particles",
            {
                f"{concurrent} at once": {steps: found[particles, steps, concurrent][value] for steps in STEPS}
                for concurrent in CONCURRENT
            },
        )
        for particles in PARTICLES
    ]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--point", type=int, nargs=3, metavar=("PARTICLES", "STEPS", "CONCURRENT"))
    parser.add_argument("--out", help="write table and picture to this file of benchmarks/results, too")
    arguments = parser.parse_args()
    if arguments.point:
        print(*asyncio.run(measure(*arguments.point)))
    else:
        main(arguments.out)
