"""Which final answers are the same."""

import pytest

from its_orchestrator.choosing.equivalence import MathEquivalence


@pytest.mark.parametrize(
    "same",
    [
        ["0.5", ".5", "1/2", "\\frac{1}{2}", "\\dfrac{2}{4}", "50e-2", "0.50", "x = 0.5", "$0.5$", "2/4"],
        ["1000", "1,000", "1000.0", "+1000", "1e3", "\\text{1000}", "1 000"],
        ["-3", "\N{MINUS SIGN}3", "-\\frac{3}{1}", "-3."],
        ["x+1", "x + 1", "\\left x+1\\right"],
    ],
)
async def test_answers_that_mean_the_same_are_one_group(same: list[str]):
    assert await MathEquivalence().groups(same) == [list(range(len(same)))]


@pytest.mark.parametrize("different", [["1", "2"], ["x>=5", "5"], ["1/0", "1"], ["0.33", "1/3"], ["1,00", "100"]])
async def test_answers_that_do_not_are_two(different: list[str]):
    assert await MathEquivalence().groups(different) == [[0], [1]]


async def test_groups_come_in_the_order_of_their_first_answers():
    assert await MathEquivalence().groups(["b", "a", "b", "1", "1.0"]) == [[0, 2], [1], [3, 4]]
