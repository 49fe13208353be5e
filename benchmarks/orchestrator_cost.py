"""The orchestrator's own CPU for a step of a trajectory, beyond gRPC, and its memory over many requests.

    python benchmarks/orchestrator_cost.py
    python benchmarks/orchestrator_cost.py --memory 10000

Engines are separated out by replaying them: the messages of one run are kept, and given again to every run that is
measured. So a run does all that it does behind gRPC, its messages' conversion included, and the engines do nothing.
Each number is the least of some rounds, since other load on the machine only ever adds to it.
"""

import argparse
import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import aclosing

from its_orchestrator.algorithms import Algorithm, BeamSearch, BestOfN, ParticleFiltering, SelfConsistency
from its_orchestrator.clients import generation as generation_wire
from its_orchestrator.clients import scoring as scoring_wire
from its_orchestrator.engines import Batch, Generation, Scores, Scoring
from its_orchestrator.running.order import Order
from its_orchestrator.running.run import Engines
from its_orchestrator.running.solver import Solver
from its_orchestrator.storing.settings import TraceSettings
from its_orchestrator.testing import World, wire
from its_orchestrator.traces import Traces
from its_orchestrator.wire import convert_events, convert_traces

STEPS = 8
ANSWERS = ["a step of it\n\n" * (STEPS - 1) + f"so \\boxed{{{number}}}" for number in range(4)]
ALGORITHMS: dict[str, Algorithm] = {
    "self-consistency": SelfConsistency(),
    "best-of-n": BestOfN(),
    "beam-search": BeamSearch(),
    "particle-filtering": ParticleFiltering(),
    "particle-filtering, overlapped": ParticleFiltering(rounds="overlapped"),
}


class Replayed:
    """Engines that give again what a world said to the same calls, in the messages of the contract."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._said: dict[object, list] = {}
        self.models = world.generator.models

    def generate(self, generation: Generation) -> "Call":
        generation_wire.request(generation)
        return Call(self._said.setdefault(generation.branches, []), lambda: self._world.generator.generate(generation))

    async def score(self, scoring: Scoring) -> Scores:
        scoring_wire.request(scoring)
        said = self._said.setdefault(scoring.trajectories, [])
        if not said:
            said.append(wire.scores(await self._world.reward.score(scoring)))
        return scoring_wire.scores(said[0])


class Call:
    """A call that was made before, or is now."""

    def __init__(self, said: list, make) -> None:
        self._said = said
        self._made = None if said else make()

    async def __aiter__(self) -> AsyncIterator[Batch]:
        if self._made:
            offsets = wire.Offsets()
            async for batch in self._made:
                self._said.append(wire.response(batch, offsets))
        for message in self._said:
            yield generation_wire.batch(message)

    async def stop(self) -> None:
        if self._made:
            await self._made.stop()

    def cancel(self) -> None:
        if self._made:
            self._made.cancel()


class Bench:
    """Runs one order again and again, as the service would."""

    def __init__(self, algorithm: Algorithm, samples: int) -> None:
        world = World(ANSWERS, judge=lambda text: len(text) % 7 / 7)
        engines = Replayed(world)
        self._equivalence = world.engines.equivalence
        words = convert_traces.words(self._equivalence, prompts=False)
        self._solver = Solver(Engines(engines, engines, self._equivalence), Traces(TraceSettings(), words))
        self._order: Order = world.order(algorithm, samples, seed=1)

    async def run(self, times: int) -> float:
        """Return the seconds of CPU that one request took."""
        begin = time.process_time()
        for _ in range(times):
            async with aclosing(self._solver.events(self._order, convert_events.ANSWER)) as events:
                async for event in events:
                    convert_events.event(event, self._equivalence)
        return (time.process_time() - begin) / max(1, times)


async def costs(arguments: argparse.Namespace) -> None:
    """Print what a request costs."""
    print("| algorithm | budget | own CPU ms a request | µs a trajectory-step |\n|---|---:|---:|---:|")
    for name in arguments.algorithm:
        for samples in arguments.budget:
            bench = Bench(ALGORITHMS[name], samples)
            await bench.run(5)
            least = min([await bench.run(arguments.requests) for _ in range(arguments.rounds)])
            stepwise = samples > 1 and name not in {"best-of-n", "self-consistency"}
            each = 1e6 * least / samples / (STEPS if stepwise else 1)
            print(f"| {name} | {samples} | {1e3 * least:.2f} | {each:.0f} |", flush=True)


async def memory(arguments: argparse.Namespace) -> None:
    """Print how much memory this process has as requests go by."""
    print("| requests | resident MiB |\n|---:|---:|")
    bench, each = Bench(ALGORITHMS[arguments.algorithm[-1]], 4), arguments.memory // 10
    for done in range(0, arguments.memory, each):
        await bench.run(each)
        print(f"| {done + each} | {resident():.1f} |", flush=True)


def resident() -> float:
    """Return the resident memory of this process in MiB."""
    with open("/proc/self/status", encoding="ascii") as status:  # noqa: PTH123
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--algorithm", nargs="+", default=list(ALGORITHMS), choices=list(ALGORITHMS))
    parser.add_argument("--budget", type=int, nargs="+", default=[1, 16, 64])
    parser.add_argument("--requests", type=int, default=8, help="in each round")
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--memory", type=int, default=0, help="print the memory over so many requests instead")
    return parser.parse_args()


if __name__ == "__main__":
    parsed = parse()
    asyncio.run(memory(parsed) if parsed.memory else costs(parsed))
