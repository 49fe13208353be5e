"""Aggregations: laws that hold for any step values."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from its_reward.aggregate import Aggregation, aggregate
from its_runtime.errors import InvalidRequest

values = st.lists(st.floats(0, 1), min_size=1, max_size=20)
of_steps = st.sampled_from([how for how in Aggregation if how is not Aggregation.MODEL])


@given(of_steps, values)
def test_a_score_lies_between_the_worst_and_the_best_step_or_is_a_product(how, values):
    score = aggregate(how, None, values)

    assert how is Aggregation.PROD or min(values) - 1e-12 <= score <= max(values) + 1e-12
    assert 0 <= score <= 1


@given(of_steps, st.floats(0, 1))
def test_one_step_is_its_own_score(how, value):
    assert aggregate(how, None, [value]) == value


@given(values)
def test_the_product_is_at_most_the_minimum_and_that_at_most_the_mean(values):
    product, least, mean = (aggregate(Aggregation(how), None, values) for how in ("prod", "min", "mean"))

    assert product <= least <= mean + 1e-12


@given(values, st.floats(0, 1))
def test_a_further_step_never_raises_product_or_minimum(values, further):
    for how in (Aggregation.PROD, Aggregation.MIN):
        assert aggregate(how, None, [*values, further]) <= aggregate(how, None, values)


@given(st.permutations([0.1, 0.5, 0.9]))
def test_only_the_last_value_depends_on_the_order(values):
    assert aggregate(Aggregation.LAST, None, values) == values[-1]
    assert aggregate(Aggregation.MIN, None, values) == 0.1
    assert math.isclose(aggregate(Aggregation.MEAN, None, values), 0.5)
    assert math.isclose(aggregate(Aggregation.PROD, None, values), 0.045)


@given(st.sampled_from(list(Aggregation)), st.floats(-10, 10))
def test_without_steps_the_models_own_score_stands(how, own):
    assert aggregate(how, own, []) == own


def test_the_models_own_score_is_not_made_up_from_steps():
    with pytest.raises(InvalidRequest, match="nothing to aggregate by model"):
        aggregate(Aggregation.MODEL, None, [0.5])
