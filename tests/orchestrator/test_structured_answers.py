"""Documents and calls of tools that mean the same are one answer, however they are written."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from its_checking import structured
from its_orchestrator.algorithms import SelfConsistency
from its_orchestrator.choosing.equivalence import MathEquivalence
from its_orchestrator.testing import World

documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


def call(arguments: object, name: str = "add") -> str:
    return f"<tool_call>\n{json.dumps({'name': name, 'arguments': arguments})}\n</tool_call>"


@pytest.mark.parametrize(
    "same",
    [
        ['{"a": 1, "b": [2]}', '{ "b":[2.0],"a":1e0 }', '{"b": [2], "a": 1.00}\n'],
        ["[1, 2]", "[1,2]", "[1.0, 2]"],
        ['{"a": "ü"}', '{"a": "\\u00fc"}'],
        [call({"x": 1, "y": 2}), call({"y": 2.0, "x": 1}), call('{"y": 2, "x": 1}')],
    ],
)
async def test_the_same_meaning_is_one_answer(same: list[str]):
    assert await MathEquivalence().groups(same) == [list(range(len(same)))]


@pytest.mark.parametrize(
    "different",
    [
        ['{"a": 1}', '{"a": "1"}'],
        ['{"a": "b c"}', '{"a": "bc"}'],
        ["[1, 2]", "[2, 1]"],
        ["[true]", "[1]"],
        ["[0]", "[false]"],
        [f"[{10**40}]", f"[{10**40 + 1}]"],
        [call({"x": 1}), call({"x": 2})],
        [call({"x": 1}), call({"x": 1}, "subtract")],
        [call({"x": 1}) + call({"x": 2}), call({"x": 2}) + call({"x": 1})],
        [call({"x": 1}), json.dumps({"name": "add", "arguments": {"x": 1}})],
    ],
)
async def test_another_meaning_is_another_answer(different: list[str]):
    assert await MathEquivalence().groups(different) == [[0], [1]]


@pytest.mark.parametrize(
    "text", ["4", '"text"', "{1}", "\\{1\\}", "[1, 2", "[NaN]", "[" * 9999, f"hello {call({})}", call("no JSON"), ""]
)
def test_what_is_no_document_is_left_to_others(text: str):
    assert structured(text) is None


@given(documents)
def test_neither_order_nor_white_space_makes_a_difference(document: object):
    def turned(value: object) -> object:
        if isinstance(value, dict):
            return {name: turned(one) for name, one in reversed(value.items())}
        return [turned(one) for one in value] if isinstance(value, list) else value

    wrapped = {"document": document, "more": 1}

    assert structured(json.dumps(wrapped)) == structured(json.dumps(turned(wrapped), indent=3))


@given(documents, documents)
def test_two_documents_have_one_form_only_if_they_are_equal(one: object, other: object):
    same = structured(json.dumps([one])) == structured(json.dumps([other]))

    assert not same or one == other


async def test_whole_documents_vote():
    said = ['{"a": 1, "b": 2}', '{"a": 3}', '{"b": 2.0, "a": 1}']
    result = await World(said, in_order=True).solve(SelfConsistency(), 3)

    assert sorted(one.votes for one in result.answer.candidates) == [1, 2, 2]
