"""Wall time of particle filtering over that of one answer, on a virtual clock: lock-step, and overlapped rounds.

    python benchmarks/latency.py

The orchestrator's own code runs, on engines that take a given time; its CPU time is not counted. The spread of the
step lengths is such that lock-step takes 3.4 times as long as one answer at N = 16, as in the model of the reference.
"""

import argparse
import asyncio
import statistics
from dataclasses import dataclass

from timed_engines import Pace, TimedGenerator, TimedReward

from its_orchestrator.algorithms import Algorithm, BestOfN, ParticleFiltering
from its_orchestrator.choosing.equivalence import MathEquivalence
from its_orchestrator.limits.recorder import Recorder
from its_orchestrator.running.order import Order
from its_orchestrator.running.run import Engines, Run
from its_orchestrator.testing import virtual_time


@dataclass(frozen=True)
class Measured:
    """What one search took."""

    seconds: float
    tokens: int
    aborted: int
    most: int
    calls: int
    scored: int


async def measure(algorithm: Algorithm, samples: int, pace: Pace, seed: int) -> Measured:
    """Run one search."""
    generator, reward = TimedGenerator(pace), TimedReward(pace)
    order = Order(
        request_id="latency",
        prompt="?",
        algorithm=algorithm,
        samples=samples,
        model=generator.model,
        seed=seed,
        reward_model=reward.model if samples > 1 else None,
    )
    began = asyncio.get_running_loop().time()
    answer = await Run(order, Engines(generator, reward, MathEquivalence()), Recorder("latency", frozenset())).answer()
    seconds = asyncio.get_running_loop().time() - began
    spent = answer.ledger
    return Measured(
        seconds, spent.completion_tokens, spent.aborted_tokens, generator.most, generator.calls, reward.scored
    )


def forms(tokens: int) -> dict[str, Algorithm]:
    """Return what is compared: rounds by steps, and rounds of so many tokens for everybody."""
    long = {"max_step_tokens": 0, "max_steps": 4096}
    return {
        "steps, lock-step": ParticleFiltering(**long),
        "steps, overlapped": ParticleFiltering(rounds="overlapped", **long),
        "steps, overlapped, overlap 1": ParticleFiltering(rounds="overlapped", overlap=1, **long),
        "steps, overlapped, overlap 3": ParticleFiltering(rounds="overlapped", overlap=3, **long),
        f"{tokens} tokens, lock-step": ParticleFiltering(tokens_per_step=tokens, **long),
        f"{tokens} tokens, overlapped": ParticleFiltering(tokens_per_step=tokens, rounds="overlapped", **long),
    }


def main() -> None:
    """Print the table."""
    arguments = parse()
    pace = Pace(
        arguments.steps,
        arguments.tokens,
        arguments.sigma,
        arguments.token_ms / 1000,
        arguments.reward_ms / 1000,
        arguments.persistence,
        arguments.surprise,
    )
    seeds = range(arguments.runs)
    one = statistics.fmean(virtual_time.run(measure(BestOfN(), 1, pace, seed)).seconds for seed in range(200))
    print(f"{pace}\none answer: {one:.1f} s\n")
    print("| rounds | N | seconds | over one answer | tokens over lock-step | aborted % | at once | calls | scored |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    for number in arguments.particles:
        base = 0.0
        for name, algorithm in forms(arguments.round_tokens).items():
            runs = [virtual_time.run(measure(algorithm, number, pace, seed)) for seed in seeds]
            mean = Measured(
                *(statistics.fmean(getattr(run, field) for run in runs) for field in Measured.__annotations__)
            )
            base = base or mean.tokens
            print(
                f"| {name} | {number} | {mean.seconds:.1f} | {mean.seconds / one:.2f} | {mean.tokens / base:.2f} | "
                f"{100 * mean.aborted / mean.tokens:.0f} | {mean.most:.0f} | {mean.calls:.0f} | {mean.scored:.0f} |",
                flush=True,
            )


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--particles", type=int, nargs="+", default=[4, 16, 64])
    parser.add_argument("--steps", type=int, default=16)
    parser.add_argument("--tokens", type=float, default=68, help="mean tokens of a step")
    parser.add_argument("--sigma", type=float, default=0.75, help="of the logarithm of a step's tokens")
    parser.add_argument("--token-ms", type=float, default=12)
    parser.add_argument("--reward-ms", type=float, default=120)
    parser.add_argument("--round-tokens", type=int, default=64, help="of the rounds that are counted in tokens")
    parser.add_argument("--persistence", type=float, default=0.8, help="of a score's log-odds, from step to step")
    parser.add_argument("--surprise", type=float, default=0.8, help="standard deviation of what is new in them")
    parser.add_argument("--runs", type=int, default=8, help="searches with seeds of their own")
    return parser.parse_args()


if __name__ == "__main__":
    main()
