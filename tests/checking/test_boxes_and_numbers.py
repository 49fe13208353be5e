"""Where the final answer of a text stands, and which number it is."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from its_checking import Kind, canonical, form, last_boxed


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (r"\boxed{1} no, \boxed{2}", "2"),
        (r"\boxed{\sqrt{\frac{1}{2}}} done", r"\sqrt{\frac{1}{2}}"),
        (r"\boxed{ 7 }", "7"),
        (r"\boxed{\frac{1}{2}}", r"\frac{1}{2}"),
        (r"\boxed{\{1, 2\}}", r"\{1, 2\}"),
        (r"\boxed{1\}}", r"1\}"),
        (r"first \boxed{1}, then \boxed{2", "1"),
        (r"\boxed{ {1} and \boxed{2}", "2"),
        (r"{ \boxed{1}", "1"),
        (r"\\boxed{4}", "4"),
        (r"\boxed {4}", "4"),
        ("none", None),
        (r"\boxed{}", None),
    ],
)
def test_boxes_may_be_nested_escaped_open_or_empty(text: str, answer: str | None):
    assert last_boxed(text) == answer


def test_boxes_that_never_close_cost_no_more_than_their_length():
    assert last_boxed("\\boxed{" * 200_000) is None


@given(st.text(alphabet="ab{}\\ ", max_size=40))
def test_what_is_boxed_is_what_stood_between_the_braces(text: str):
    balanced = last_boxed(rf"\boxed{{{text}}}")

    if balanced is not None and "\\" not in text:
        assert balanced.count("{") == balanced.count("}")
        assert text.startswith(balanced.strip()) or text.strip().startswith(balanced)


@given(st.fractions(), st.integers(1, 9))
def test_a_number_is_itself_in_every_spelling(value: Fraction, factor: int):
    over, under = value.numerator, value.denominator
    sign = "-" if over < 0 else ""
    spellings = [f"{over}/{under}", rf"{sign}\frac{{{abs(over)}}}{{{under}}}", f"${over * factor}/{under * factor}$ "]

    assert all(canonical(spelling) == value for spelling in spellings if len(spelling) <= 64)


@given(st.integers(-(10**9), 10**9))
def test_thousands_may_have_commas(value: int):
    assert canonical(f"{value:,}") == value


@pytest.mark.parametrize(
    ("answer", "value"),
    [
        ("x = 5", 5),
        ("f(x) = 5", 5),
        (r"\angle{ABC} = 90^\circ", 90),
        ("x = 7*8 = 56", 56),
        (r"\frac12", Fraction(1, 2)),
        (r"\dfrac{1}2", Fraction(1, 2)),
    ],
)
def test_what_is_said_to_be_a_number_is_that_number(answer: str, value: Fraction):
    assert canonical(answer) == value


@pytest.mark.parametrize("answer", ["x>=5", "x^2+y^2=4", "x=1,y=2", "x==5", "1/0"])
def test_what_is_more_than_a_number_is_none(answer: str):
    assert isinstance(canonical(answer), str)


def test_what_ends_in_a_number_for_different_reasons_is_different():
    assert canonical("x=1,y=2") != canonical("x=3,y=2")
    assert canonical("x^2+y^2=4") != canonical("x^2-y^2=4")


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("5", Kind.NUMBER),
        (r"\sqrt{2}", Kind.FORMULA),
        ("x+1", Kind.FORMULA),
        ("[0,1)", Kind.FORMULA),
        ("sqrt(2)", Kind.FORMULA),
        (r"\frac{\pi}{2}", Kind.FORMULA),
        ("abc/2", Kind.FORMULA),
        ("east", Kind.WORDS),
        ("north-east", Kind.WORDS),
        ("I think it is 5", Kind.WORDS),
        ("x+" * 200 + "1", Kind.WORDS),
        ('{"a": 1}', Kind.DOCUMENT),
    ],
)
def test_how_an_answer_is_compared_can_be_told_from_its_looks(answer: str, kind: Kind):
    assert form(answer).kind is kind


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
