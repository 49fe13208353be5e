"""Which final answers are the same, and where in a text the final answer stands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from its_checking import canonical, last_boxed
from its_orchestrator.choosing.equivalence import MathEquivalence


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("so \\boxed{4}", "4"),
        ("\\boxed{1} no, \\boxed{2}", "2"),
        ("\\boxed{\\frac{1}{2}}", "\\frac{1}{2}"),
        ("\\boxed{\\sqrt{\\frac{1}{2}}} done", "\\sqrt{\\frac{1}{2}}"),
        ("\\boxed{ 7 }", "7"),
        ("no box", None),
        ("\\boxed{}", None),
        ("\\boxed{1} and \\boxed{cut of", "1"),
    ],
)
def test_the_last_box_is_the_answer(text: str, answer: str | None):
    assert last_boxed(text) == answer


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


@given(st.fractions(min_value=-(10**6), max_value=10**6, max_denominator=999))
def test_every_fraction_is_itself_in_every_notation(value):
    over, under = value.numerator, value.denominator
    sign = "-" if over < 0 else ""

    assert canonical(f"{over}/{under}") == value
    assert canonical(f"{sign}\\frac{{{abs(over)}}}{{{under}}}") == value


@given(st.text(max_size=40))
def test_no_text_is_too_strange(text: str):
    canonical(text)
    last_boxed("\\boxed{" + text)


async def test_groups_come_in_the_order_of_their_first_answers():
    assert await MathEquivalence().groups(["b", "a", "b", "1", "1.0"]) == [[0, 2], [1], [3, 4]]
