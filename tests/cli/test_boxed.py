"""The last box counts."""

import pytest

from its_cli.boxed import last_boxed


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (r"so it is \boxed{12}", "12"),
        (r"\boxed{1}, no: \boxed{2}", "2"),
        (r"\boxed{ 7 }.", "7"),
        ("no box at all", None),
        (r"\boxed{", None),
    ],
)
def test_the_last_box_is_the_answer(text: str, answer: str | None):
    assert last_boxed(text) == answer
