"""Weights are divided without loss, and their spread and mean are what mathematics says."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from its_orchestrator.choosing.resampling import apportion, effective_size, entropy, log_mean, softmax

logarithms = st.lists(st.floats(-30, 30), min_size=1, max_size=20)


@given(raw=logarithms, number=st.integers(0, 200))
def test_parts_sum_to_the_number_and_are_within_one_of_their_quota(raw: list[float], number: int):
    shares = softmax(raw)
    parts = apportion(shares, number)

    assert sum(parts) == number
    assert all(abs(part - number * share) < 1 + 1e-9 for part, share in zip(parts, shares, strict=True))


def test_equal_remainders_go_to_the_earliest():
    assert apportion([0.25] * 4, 6) == [2, 2, 1, 1]


@given(raw=logarithms)
def test_the_logarithm_of_the_mean_is_exact_and_shifts_with_its_weights(raw: list[float]):
    assert log_mean(raw) == pytest.approx(math.log(math.fsum(map(math.exp, raw)) / len(raw)), abs=1e-9)
    assert log_mean([one + 500 for one in raw]) == pytest.approx(log_mean(raw) + 500, abs=1e-9)


def test_weights_of_nothing_have_no_mean_to_speak_of():
    assert log_mean([-math.inf, -math.inf]) == 0


@given(number=st.integers(1, 50))
def test_equal_weights_have_the_largest_effective_size_and_entropy(number: int):
    equal = [1 / number] * number

    assert effective_size(equal) == pytest.approx(number)
    assert entropy(equal) == pytest.approx(1)


@given(raw=logarithms)
def test_effective_size_and_entropy_stay_in_their_range(raw: list[float]):
    shares = softmax(raw)

    assert 1 - 1e-9 <= effective_size(shares) <= len(shares) + 1e-9
    assert -1e-9 <= entropy(shares) <= 1 + 1e-9


def test_two_in_one_direction_only_have_the_size_of_the_formula():
    assert effective_size([0.75, 0.25]) == pytest.approx(1 / (0.5625 + 0.0625))
    assert entropy([0.75, 0.25]) == pytest.approx(-(0.75 * math.log2(0.75) + 0.25 * math.log2(0.25)))
