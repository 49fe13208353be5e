"""Scales of charts: ticks that people read, on narrow ranges too."""

import pytest

from its_cli.reporting.scale import around


@pytest.mark.parametrize(
    ("costs", "ticks"),
    [
        ([8.5, 800.5], [10, 20, 50, 100, 200, 500, 1000]),
        ([0.068, 0.15], [0.06, 0.07, 0.08, 0.09, 0.1]),
        ([1.0, 4.0, 16.0], [1, 4, 16]),
    ],
)
def test_ticks_are_round_and_never_too_few(costs: list[float], ticks: list[float]):
    assert around(costs, 0, 100).ticks() == pytest.approx(ticks)
