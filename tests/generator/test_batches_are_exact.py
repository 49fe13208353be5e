"""What the running batch computes for a sequence is what one plain forward pass over it computes."""

import asyncio
from random import Random

import numpy as np
import pytest

from its_generator.backend import Branch, Job
from its_generator.backends.embedded.sampler import log_probabilities
from its_generator.sampling import Sampling
from its_generator.steps import StepPolicy
from its_models import model_folder
from its_models.decoder import Decoder


@pytest.fixture(scope="module")
def decoder():
    return Decoder.open(model_folder("its-tiny"))


def plain(decoder: Decoder, ids: tuple[int, ...], new: list[int]) -> list[float]:
    """Log-probabilities of the new tokens, without batch, cache or mask."""
    whole = np.array([[*ids, *new]], np.int64)
    positions = np.arange(whole.shape[1], dtype=np.int64)[None]
    logits, _ = decoder.forward(whole, positions, np.ones_like(whole), decoder.empty(1))
    values = log_probabilities(logits[0, len(ids) - 1 : -1])
    return values[np.arange(len(new)), new].tolist()


async def test_sequences_of_every_length_that_join_and_leave_are_computed_exactly(tiny, decoder):
    random = Random(5)
    lengths = [3, 120, 17, 64, 2, 200, 9, 90]
    checked = 0

    async def follow(number: int, length: int) -> None:
        nonlocal checked
        prompt = tuple(random.choices(range(20, 300), k=length))
        forks = [prompt, (*prompt, 40), (*prompt, 40, 41, 42)]
        branches = tuple(Branch(ids, ids[length:], (number, number + 100)) for ids in forks)
        job = Job(f"{number}", prompt, branches, Sampling(max_tokens=5 + 9 * number), StepPolicy(), logprobs=0)
        for _ in range(5 * number):
            await asyncio.sleep(0)
        async with tiny.generate(job) as generation:
            deltas = [delta for _ in [0] async for tick in generation for delta in tick.deltas]
        for delta in deltas:
            expected = plain(decoder, forks[delta.sequence // 2], list(delta.token_ids))
            assert list(delta.logprobs) == pytest.approx(expected, abs=2e-4)
            checked += 1

    await asyncio.gather(*(follow(number, length) for number, length in enumerate(lengths)))
    await follow(1, lengths[1])

    assert checked == 6 * (len(lengths) + 1)
