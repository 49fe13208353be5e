"""Intervals and fronts: what may be said of a mean over problems, and what nothing cheaper beats."""

import random

from hypothesis import given
from hypothesis import strategies as st

from its_cli.reporting.front import Spot, front
from its_cli.reporting.intervals import Estimate, estimate

SPOTS = st.lists(st.tuples(st.integers(1, 9), st.integers(0, 9)), min_size=1).map(
    lambda pairs: [Spot(float(cost), Estimate(share / 9, 0, 1), "") for cost, share in pairs]
)


def test_problems_that_all_went_the_same_way_leave_no_doubt():
    assert estimate([1.0] * 20) == Estimate(1, 1, 1)


def test_an_interval_covers_the_truth_about_nineteen_times_in_twenty():
    draw = random.Random(5)
    found = [estimate([float(draw.random() < 0.7) for _ in range(60)]) for _ in range(200)]

    covered = sum(one.low <= 0.7 <= one.high for one in found)
    assert 175 <= covered <= 199


def test_an_estimate_is_the_same_every_time():
    values = [0.0, 1.0, 1.0, 0.5]

    assert estimate(values) == estimate(values)


@given(SPOTS)
def test_nothing_outside_the_front_is_better_and_as_cheap_as_something_on_it(spots: list[Spot]):
    best = front(spots)

    assert all(any(one.cost <= spot.cost and one.accuracy.mean >= spot.accuracy.mean for one in best) for spot in spots)


@given(SPOTS)
def test_along_the_front_more_cost_is_more_accuracy(spots: list[Spot]):
    best = front(spots)

    costs, means = [one.cost for one in best], [one.accuracy.mean for one in best]
    assert costs == sorted(set(costs))
    assert means == sorted(set(means))
