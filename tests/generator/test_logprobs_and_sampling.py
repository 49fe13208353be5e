"""Tokens are drawn from the distribution that was asked for, and log-probabilities are the model's own."""

import math

import numpy as np
import pytest

from its_generator.backends.embedded.draws import Draws
from its_generator.backends.embedded.sampler import Sampler, log_probabilities
from its_generator.sampling import Sampling, derived_seed

LOGITS = np.log(np.array([0.5, 0.25, 0.15, 0.07, 0.03], np.float32))
DRAWN = 20_000


def shares_of(sampling: Sampling) -> np.ndarray:
    """How often each token is drawn, over many streams."""
    rows = [Draws(sampling, derived_seed(3, place), (4,), {0}, 5) for place in range(DRAWN)]
    tokens = Sampler(rows).draw(np.tile(LOGITS, (DRAWN, 1)))
    return np.bincount(tokens, minlength=5) / DRAWN


@pytest.mark.parametrize(
    ("sampling", "expected"),
    [
        (Sampling(), [0.5, 0.25, 0.15, 0.07, 0.03]),
        (Sampling(temperature=0.0), [1, 0, 0, 0, 0]),
        (Sampling(temperature=0.5), [0.25, 0.0625, 0.0225, 0.0049, 0.0009]),
        (Sampling(top_k=2), [2, 1, 0, 0, 0]),
        (Sampling(top_p=0.8), [50, 25, 15, 0, 0]),
        (Sampling(top_k=4, top_p=0.75), [2, 1, 0, 0, 0]),
        (Sampling(min_p=0.2), [50, 25, 15, 0, 0]),
        (Sampling(logit_bias={4: math.log(10)}), [50, 25, 15, 7, 30]),
        (Sampling(min_tokens=1), [0, 25, 15, 7, 3]),
        (Sampling(repetition_penalty=2.0), [0.5, 0.25, 0.15, 0.07, 0.03**2]),
    ],
)
def test_tokens_are_drawn_as_often_as_they_should(sampling, expected):
    wanted = np.array(expected) / np.sum(expected)

    assert shares_of(sampling) == pytest.approx(wanted, abs=4 * 0.5 / math.sqrt(DRAWN))


@pytest.mark.parametrize("penalty", ["presence_penalty", "frequency_penalty"])
def test_penalties_count_what_was_generated(penalty):
    draws = Draws(Sampling(**{penalty: 1.0}), 1, (2,), set(), 5)
    for token in (0, 0, 1):
        draws.took(token)
    logits = np.zeros(5, np.float32)

    draws.bend(logits)

    assert logits.tolist() == ([-1, -1, 0, 0, 0] if penalty == "presence_penalty" else [-2, -1, 0, 0, 0])


def test_rows_of_every_kind_draw_in_one_batch_what_they_draw_alone():
    kinds = [
        Sampling(),
        Sampling(temperature=0.0),
        Sampling(top_k=3, temperature=0.7),
        Sampling(top_p=0.5),
        Sampling(min_p=0.1),
    ]
    logits = np.random.default_rng(0).normal(size=(5, 874)).astype(np.float32)

    def draws(place: int) -> Draws:
        return Draws(kinds[place], derived_seed(9, place), (1,), {0}, 874)

    together = Sampler([draws(place) for place in range(5)]).draw(logits)

    assert together == [Sampler([draws(place)]).draw(logits[place : place + 1])[0] for place in range(5)]


def test_log_probabilities_are_normalised():
    logits = np.random.default_rng(1).normal(scale=30, size=(3, 874)).astype(np.float32)

    assert np.exp(log_probabilities(logits)).sum(axis=1) == pytest.approx(1, abs=1e-5)


async def test_the_best_alternative_is_the_greedy_token(stub, read, asking):
    reply = await read(stub, asking(n=2, sampling={"temperature": 0.0}, logprobs=4))

    for sequence in reply.sequences.values():
        assert [top.token_ids[0] for top in sequence.tops] == sequence.ids
        assert [top.logprobs[0] for top in sequence.tops] == pytest.approx(sequence.logprobs)
        for top in sequence.tops:
            assert list(top.logprobs) == sorted(top.logprobs, reverse=True)
            assert sum(map(math.exp, top.logprobs)) <= 1 + 1e-5


async def test_log_probabilities_are_the_models_own_whatever_bends_the_draw(stub, read, asking):
    plain = await read(stub, asking(sampling={"temperature": 0.0, "max_tokens": 1}, logprobs=64))
    best = plain[0].tops[0]

    other = await read(stub, asking(sampling={"logit_bias": {best.token_ids[9]: 100.0}, "max_tokens": 1}, logprobs=0))

    assert other[0].ids == [best.token_ids[9]]
    assert other[0].logprobs == pytest.approx([best.logprobs[9]], abs=1e-4)
    assert not other[0].tops


async def test_no_log_probabilities_come_unasked(stub, read, asking):
    both = [await read(stub, asking()), await read(stub, asking(logprobs=0))]

    assert [len(reply[0].logprobs) for reply in both] == [0, len(both[1][0].ids)]
    assert both[0][0].ids == both[1][0].ids
