"""The laws of algorithms: whoever writes one holds it to them, built-in or not."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from its_orchestrator.algorithms import Algorithm
from its_orchestrator.budget import StoppedBy
from its_orchestrator.events import TextCommitted
from its_orchestrator.ledger import Ledger
from its_orchestrator.testing.world import Result, World
from its_runtime.errors import ItsError

Make = Callable[[], World]
IMPATIENT = 0.05
"""Seconds of a run in which something stalls, and which only its time ends."""
PATIENT = 60.0
"""Seconds of a run that ends by itself."""


async def hold(algorithm: Algorithm, make: Make, samples: int = 8, seed: int = 0) -> None:
    """Assert all laws that need nothing but a world that works."""
    world = make()
    result = await world.solve(algorithm, samples, seed=seed)
    assert_kept(world, result, samples)
    assert_sampled(algorithm, world, result)
    assert_committed(result)
    assert_replayed(result, await make().solve(algorithm, samples, seed=seed))
    await cancelling_leaves_nothing(algorithm, make, samples, seed=seed)


async def budget_is_kept(
    algorithm: Algorithm, make: Make, samples: int, *, seed: int = 0, tokens: int | None = None
) -> None:
    """Assert that neither samples nor tokens are overspent, and that what was spent is accounted for."""
    world = make()
    assert_kept(world, await world.solve(algorithm, samples, seed=seed, tokens=tokens), samples, tokens)


def assert_kept(world: World, result: Result, samples: int, tokens: int | None = None) -> None:
    """Assert that neither samples nor tokens are overspent, and that what was spent is accounted for."""
    names = [one.id for one in result.answer.candidates]
    assert len(names) == len(set(names)), f"a candidate came twice: {names}"
    ledger = result.answer.ledger
    assert_exact(world, ledger)
    assert 1 <= ledger.samples <= samples, f"{ledger.samples} samples were started with a budget of {samples}"
    assert tokens is None or ledger.completion_tokens <= tokens, f"{ledger.completion_tokens} tokens of {tokens}"


def assert_replayed(first: Result, second: Result) -> None:
    """Assert that two runs of one seed have the same answer, candidates and costs."""
    assert first.answer.candidates == second.answer.candidates
    assert first.answer.chosen == second.answer.chosen
    assert _timeless(first.answer.ledger) == _timeless(second.answer.ledger)


def assert_sampled(algorithm: Algorithm, world: World, result: Result) -> None:
    """Assert that the answer is one of the candidates, something that the world says, and written from nothing else.

    An algorithm that `writes` may answer with what was written from other candidates.
    """
    assert result.answer.chosen.lean() in result.answer.candidates
    assert algorithm.worker.writes or not result.answer.chosen.sources, f"{algorithm.name} doesn't say that it writes"
    said = world.generator.language.answers
    assert any(one.startswith(result.text) for one in said), f"nobody said {result.text!r}"


def assert_exact(world: World, ledger: Ledger) -> None:
    """Assert that `ledger` is the sum of what the engines of `world` reported."""
    generated, judged = world.generator.reported, world.reward.reported
    assert ledger.completion_tokens == sum(one.completion_tokens for one in generated)
    assert ledger.prompt_tokens == sum(one.prompt_tokens for one in generated)
    assert ledger.cached_prompt_tokens == sum(one.cached_prompt_tokens for one in generated)
    assert ledger.reward_tokens == sum(one.prompt_tokens for one in judged)
    kinds = (ledger.answer_tokens, ledger.discarded_tokens, ledger.aborted_tokens)
    assert sum(kinds) == ledger.completion_tokens
    assert min(kinds) >= 0, f"answer, discarded, aborted: {kinds}"


def assert_committed(result: Result) -> None:
    """Assert that the committed text is, in the end, the answer."""
    texts = [event.kind.text for event in result.events if isinstance(event.kind, TextCommitted)]
    assert "".join(texts) == result.text


async def cancelling_leaves_nothing(algorithm: Algorithm, make: Make, samples: int, *, seed: int = 0) -> None:
    """Assert that a run which is cancelled, at whatever moment, leaves neither a call nor a task."""
    for turns in range(0, 60, 3):
        world, before = make(), asyncio.all_tasks()
        run = asyncio.create_task(world.solve(algorithm, samples, seed=seed))
        for _ in range(turns):
            await asyncio.sleep(0)
        run.cancel()
        await asyncio.wait({run})
        assert world.quiet, f"after {turns} turns of the loop, calls go on"
        assert asyncio.all_tasks() == before, f"after {turns} turns of the loop, tasks go on"


async def it_survives(algorithm: Algorithm, make: Make, samples: int, *, seed: int = 0) -> Result | ItsError:
    """Assert that a world with faults is answered, or refused with a cause, and left quiet; return which.

    It has little time where something stalls, and more than any machine takes where nothing does.
    """
    world = make()
    result: Result | ItsError
    try:
        result = await world.solve(algorithm, samples, seed=seed, seconds=IMPATIENT if world.stalls else PATIENT)
    except ItsError as error:
        result = error
    assert world.quiet, "calls go on"
    if isinstance(result, ItsError):
        assert result.message, "an error must name its cause"
        return result
    assert result.answer.stopped_by in StoppedBy
    kinds = result.answer.ledger
    assert kinds.answer_tokens + kinds.discarded_tokens + kinds.aborted_tokens == kinds.completion_tokens
    return result


def _timeless(ledger: Ledger) -> Ledger:
    return replace(ledger, seconds=0.0, generator_seconds=0.0, reward_seconds=0.0)
