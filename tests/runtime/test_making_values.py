"""Values are compared and hashed by what they hold, and hold nothing else."""

from dataclasses import replace

import pytest

from its_runtime.value import value


@value
class Point:
    """A place."""

    x: int
    y: int = 0


def test_values_of_equal_fields_are_equal_and_found_by_one_another():
    assert Point(1) == Point(1, 0) != Point(1, 2)
    assert {Point(1): "here"}[Point(1)] == "here"


def test_a_changed_value_is_another_one():
    point = Point(1)

    assert replace(point, y=2) == Point(1, 2)
    assert point == Point(1)


def test_a_value_has_no_room_for_what_is_no_field():
    with pytest.raises(AttributeError, match="z"):
        setattr(Point(1), "z", 3)  # noqa: B010  (what the type checker would refuse)
