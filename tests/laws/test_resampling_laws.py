"""Resampling is unbiased, whatever the weights; systematic and residual are nearly exact every time."""

import math
import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from its_orchestrator.choosing.resampling import Method, effective_size, resample, softmax

METHODS: list[Method] = ["multinomial", "systematic", "residual"]
weights = st.lists(st.floats(0, 1), min_size=1, max_size=12).filter(lambda raw: sum(raw) > 0.01)
numbers = st.integers(1, 40)


def normal(raw: list[float]) -> list[float]:
    return [one / sum(raw) for one in raw]


@pytest.mark.parametrize("method", METHODS)
@given(raw=weights, number=numbers, seed=st.integers())
def test_as_many_are_drawn_as_asked_and_never_one_of_no_weight(
    method: Method, raw: list[float], number: int, seed: int
):
    shares = normal(raw)
    drawn = resample(shares, number, random.Random(seed), method)

    assert len(drawn) == number
    assert drawn == sorted(drawn)
    assert all(shares[place] > 0 for place in drawn)


@given(raw=weights, number=numbers, seed=st.integers())
def test_systematic_is_exact_to_within_one(raw: list[float], number: int, seed: int):
    shares = normal(raw)
    counts = Counter(resample(shares, number, random.Random(seed), "systematic"))

    assert all(abs(counts[place] - number * share) < 1 + 1e-9 for place, share in enumerate(shares))


@given(raw=weights, number=numbers, seed=st.integers())
def test_residual_never_draws_less_than_the_whole_part(raw: list[float], number: int, seed: int):
    shares = normal(raw)
    counts = Counter(resample(shares, number, random.Random(seed), "residual"))

    assert all(counts[place] >= math.floor(number * share) for place, share in enumerate(shares))


@pytest.mark.parametrize("method", METHODS)
def test_the_expected_count_is_the_number_times_the_weight(method: Method):
    shares, number, times, rng = [0.05, 0.15, 0.3, 0.5], 7, 6000, random.Random(1)
    counts = Counter(place for _ in range(times) for place in resample(shares, number, rng, method))

    for place, share in enumerate(shares):
        deviation = 5 * math.sqrt(number * share * (1 - share) / times)  # five of multinomial's, the widest
        assert abs(counts[place] / times - number * share) < deviation


@given(st.lists(st.floats(-50, 50), min_size=1, max_size=20))
def test_softmax_sums_to_one_and_keeps_the_order(logarithms: list[float]):
    shares = softmax(logarithms)

    assert sum(shares) == pytest.approx(1)
    assert shares.index(max(shares)) == logarithms.index(max(logarithms)) or max(shares) == pytest.approx(
        shares[logarithms.index(max(logarithms))]
    )
    assert 1 - 1e-9 <= effective_size(shares) <= len(shares) + 1e-9


def test_weights_that_are_all_nothing_are_equal():
    assert softmax([-math.inf, -math.inf]) == [0.5, 0.5]
