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
    await budget_is_kept(algorithm, make, samples, seed=seed)
    await the_same_seed_gives_the_same_run(algorithm, make, samples, seed=seed)
    await the_answer_was_sampled(algorithm, make, samples, seed=seed)
    await the_ledger_is_the_engines(algorithm, make, samples, seed=seed)
    await committed_text_stays(algorithm, make, samples, seed=seed)
    await cancelling_leaves_nothing(algorithm, make, samples, seed=seed)


async def budget_is_kept(
    algorithm: Algorithm, make: Make, samples: int, *, seed: int = 0, tokens: int | None = None
) -> None:
    """Assert that neither samples nor tokens are overspent, and that what was spent is accounted for."""
    world = make()
    result = await world.solve(algorithm, samples, seed=seed, tokens=tokens)
    names = [one.id for one in result.answer.candidates]
    assert len(names) == len(set(names)), f"a candidate came twice: {names}"
    assert_exact(world, result.answer.ledger)
    ledger = result.answer.ledger
    assert 1 <= ledger.samples <= samples, f"{ledger.samples} samples were started with a budget of {samples}"
    assert tokens is None or ledger.completion_tokens <= tokens, f"{ledger.completion_tokens} tokens of {tokens}"


async def the_same_seed_gives_the_same_run(algorithm: Algorithm, make: Make, samples: int, *, seed: int = 0) -> None:
    """Assert that a run can be replayed: the same answer, candidates and costs."""
    first, second = [await make().solve(algorithm, samples, seed=seed) for _ in range(2)]
    assert first.answer.candidates == second.answer.candidates
    assert first.answer.chosen == second.answer.chosen
    assert _timeless(first.answer.ledger) == _timeless(second.answer.ledger)


async def the_answer_was_sampled(algorithm: Algorithm, make: Make, samples: int, *, seed: int = 0) -> None:
    """Assert that the answer is one of the candidates, something that the world says, and written from nothing else.

    An algorithm that `writes` may answer with what was written from other candidates.
    """
    world = make()
    result = await world.solve(algorithm, samples, seed=seed)
    assert result.answer.chosen.lean() in result.answer.candidates
    assert algorithm.worker.writes or not result.answer.chosen.sources, f"{algorithm.name} doesn't say that it writes"
    said = world.generator.language.answers
    assert any(one.startswith(result.text) for one in said), f"nobody said {result.text!r}"


async def the_ledger_is_the_engines(algorithm: Algorithm, make: Make, samples: int, *, seed: int = 0) -> None:
    """Assert that the ledger is the sum of what the engines reported, and that its kinds of tokens add up."""
    world = make()
    assert_exact(world, (await world.solve(algorithm, samples, seed=seed)).answer.ledger)


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


async def committed_text_stays(algorithm: Algorithm, make: Make, samples: int, *, seed: int = 0) -> None:
    """Assert that the committed text is, in the end, the answer."""
    result = await make().solve(algorithm, samples, seed=seed)
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
