"""Whatever joins, leaves and is stopped meanwhile, each job gets what it would get alone."""

import asyncio
from random import Random

import pytest

from its_generator.backend import Branch, Job
from its_generator.sampling import Sampling, derived_seed
from its_generator.steps import StepPolicy

KINDS = [Sampling(), Sampling(temperature=0.6, top_p=0.9), Sampling(temperature=0.0), Sampling(frequency_penalty=0.5)]


def job_of(random: Random, number: int) -> Job:
    """A job of random size, prompt and kind; several share prompts."""
    prompt = tuple(Random(random.randrange(4)).choices(range(20, 300), k=random.randrange(2, 60)))
    branches = [
        Branch(prompt + prefix, prefix, tuple(derived_seed(number, stream) for stream in range(random.randrange(1, 6))))
        for prefix in [(), (40,), (40, 41)][: random.randrange(1, 4)]
    ]
    kind = random.choice(KINDS)
    sampling = Sampling(**{name: getattr(kind, name) for name in ("temperature", "top_p", "frequency_penalty")},
                        max_tokens=random.randrange(1, 50))  # fmt: skip
    return Job(f"{number}", prompt, tuple(branches), sampling, StepPolicy(every_n_tokens=5), flush_every=3)


async def run(backend, job: Job, stop_after: int | None = None) -> dict[int, list[int]]:
    tokens: dict[int, list[int]] = {}
    ends: list[int] = []
    async with backend.generate(job) as generation:
        ticks = 0
        async for tick in generation:
            ticks += 1
            if ticks == stop_after:
                generation.stop()
            for delta in tick.deltas:
                tokens.setdefault(delta.sequence, []).extend(delta.token_ids)
            ends += [end.sequence for end in tick.finished]
            usage = tick.usage
    assert usage is not None
    assert sorted(ends) == list(range(sum(len(branch.streams) for branch in job.branches)))
    assert usage.completion_tokens == sum(map(len, tokens.values()))
    return tokens


@pytest.mark.parametrize("seed", range(3))
async def test_jobs_in_a_crowd_get_what_they_get_alone(tiny, eventually, seed):
    random = Random(seed)
    jobs = [job_of(random, number) for number in range(16)]
    stops = [random.choice([None, None, 1, 3]) for _ in jobs]
    alone = [await run(tiny, job) for job in jobs]

    async def later(job: Job, stop: int | None) -> dict[int, list[int]]:
        for _ in range(random.randrange(30)):
            await asyncio.sleep(0)
        return await run(tiny, job, stop)

    crowd = await asyncio.gather(*(later(job, stop) for job, stop in zip(jobs, stops, strict=True)))

    for got, expected, stop in zip(crowd, alone, stops, strict=True):
        if stop is None:
            assert got == expected
        else:
            assert all(expected[number][: len(ids)] == ids for number, ids in got.items())
    await eventually(lambda: tiny.load == (0, 0))


async def test_a_sequence_that_ended_at_the_contexts_end_may_wait_in_the_batch(tiny):
    end = tiny.capabilities.max_context_tokens
    full = Branch((25,) * (end - 2), (), (1,))
    long = Branch((25, 26), (), tuple(range(40)))
    free = {873: -100.0, 871: -100.0}

    filled, crowd = await asyncio.gather(
        run(tiny, Job("full", full.token_ids, (full,), Sampling(temperature=3.0, logit_bias=free), StepPolicy())),
        run(
            tiny,
            Job(
                "long", long.token_ids, (long,), Sampling(temperature=3.0, max_tokens=60, logit_bias=free), StepPolicy()
            ),
        ),
    )

    assert len(filled[0]) == 2
    assert {len(tokens) for tokens in crowd.values()} == {60}
