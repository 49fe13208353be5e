"""Votes may look for something else than a box: patterns, JSON fields, functions of a plugin, calls of tools."""

import json
from pathlib import Path

import pytest
from google.protobuf.struct_pb2 import Struct
from grpc import StatusCode, aio
from pydantic import ValidationError

from its.chat.v1 import chat_pb2 as chat
from its_orchestrator.algorithms import SelfConsistency
from its_orchestrator.choosing.projection import field, installed, matched
from its_orchestrator.events import Note
from its_orchestrator.testing import World
from its_runtime.errors import InvalidRequest, Unmet


async def solve(*said: str, **parameters):
    return await World(said, in_order=True).solve(SelfConsistency(**parameters), len(said))


async def test_a_pattern_finds_what_votes():
    said = "I say 7. Answer: 5.0 apples", "Answer: 5 pears", "Answer: 7 pears", "5", "7", "7"
    result = await solve(*said, regex_patterns=[r"Answer: (\S+)"])

    assert result.text == "Answer: 5 pears"
    assert [one.votes for one in result.answer.candidates] == [2, 2, 1, None, None, None]
    assert [one.answer for one in result.answer.candidates] == ["5.0", "5", "7", None, None, None]


async def test_of_several_patterns_each_decides_among_those_that_agree_so_far():
    said = "A: x1", "A: x2", "B: x3", "B: x3", "A: x2 again"
    result = await solve(*said, regex_patterns=[r"^(\w):", r"(x\d)"])

    assert result.text == "A: x2"
    assert [one.votes for one in result.answer.candidates] == [1, 2, 2, 2, 2]


async def test_a_level_that_nobody_reaches_leaves_the_one_before_to_decide():
    result = await solve("A: 1", "B: 2", "A: 3", regex_patterns=[r"^(\w):", "never (.*)"])

    assert result.text == "A: 1"


@pytest.mark.parametrize("pattern", [r"(?<=a)b", r"(a)\1", "(", r"a{2000}"])
def test_a_pattern_that_linear_time_can_not_match_is_refused_by_name(pattern: str):
    with pytest.raises(ValidationError, match="is no pattern of RE2"):
        SelfConsistency(regex_patterns=(pattern,))


def test_no_pattern_can_hang_the_process():
    assert matched(r"^(a+)+$")("a" * 50_000 + "b") is None
    assert matched(r"(x+x+)+y")("x" * 50_000) is None


def test_the_last_match_counts_and_its_first_group():
    assert matched(r"is (\d)(\d)?")("is 1, no, is 23") == "2"
    assert matched(r"\d+")("12 then 34") == "34"
    assert matched(r"é(.)")("éaéb") == "b"
    assert matched("(x)|y")("y") is None


async def test_a_field_of_a_json_answer_votes():
    said = [json.dumps({"why": why, "result": {"total": total}}) for why, total in [("a", 1), ("b", 2), ("c", 2.0)]]
    result = await solve(*said, "no JSON", json_fields=["result.total"])

    assert json.loads(result.text)["why"] in {"b", "c"}
    assert [one.votes for one in result.answer.candidates] == [1, 2, 2, None]


@pytest.mark.parametrize(
    ("path", "text", "value"),
    [
        ("a", '{"a": "x"}', "x"),
        ("a.b.1", '{"a": {"b": [1, {"c": 2}]}}', '{"c": 2}'),
        ("a", 'Here:\n```json\n{"a": 3}\n```\nDone.', "3"),
        ("a", '{"a": null}', None),
        ("a.b", '{"a": 1}', None),
        ("5", "[1]", None),
        ("a", "{", None),
        ("a", "[" * 100_000, None),
    ],
)
def test_paths_lead_into_documents_or_nowhere(path: str, text: str, value: str | None):
    assert field(path)(text) == value


def test_a_function_is_chosen_among_the_installed_ones_and_never_brought():
    for name in ("os:getcwd", "builtins:eval", "nothing"):
        with pytest.raises(InvalidRequest, match="no projection is called"):
            installed(name)


async def test_an_unknown_function_is_refused_before_anything_is_sampled(orchestrate):
    world = World(["1"])
    struct = Struct()
    struct.update({"projection": "os:getcwd"})
    async with orchestrate(world) as its:
        with pytest.raises(aio.AioRpcError) as caught:
            await its.solve(algorithm="self-consistency", samples=4, parameters=struct)

    assert caught.value.code() is StatusCode.INVALID_ARGUMENT
    assert "parameters.projection: no projection is called 'os:getcwd'" in caught.value.details()
    assert world.generator.generations == []


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Install a package that brings projections."""
    (tmp_path / "verdicts.py").write_text("def last_word(text):\n    return (text.split() or [None])[-1]\n")
    about = tmp_path / "verdicts-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: verdicts\nVersion: 1.0\n")
    points = "last-word = verdicts:last_word\nbroken = verdicts:missing\n"
    (about / "entry_points.txt").write_text(f"[its.projections]\n{points}")
    monkeypatch.syspath_prepend(tmp_path)


@pytest.mark.usefixtures("plugin")
async def test_a_function_of_a_plugin_tells_what_votes():
    result = await solve("I say yes", "I say no", "It must be no", projection="last-word")

    assert result.text == "I say no"
    assert [one.votes for one in result.answer.candidates] == [1, 2, 2]


@pytest.mark.usefixtures("plugin")
def test_a_plugin_that_can_not_be_imported_is_told_from_one_that_is_not_there():
    with pytest.raises(Unmet, match=r"broken.*can't be imported"):
        SelfConsistency(projection="broken")
    with pytest.raises(InvalidRequest, match="there are broken, last-word"):
        SelfConsistency(projection="missing")


def test_one_projection_at_a_time():
    with pytest.raises(ValidationError, match="regex_patterns and json_fields can't be combined"):
        SelfConsistency(regex_patterns=("a",), json_fields=("b",))


async def test_parameters_of_tools_without_tools_are_not_silently_ignored():
    result = await solve("1", "1", tool_vote="tool_name")

    assert [event.kind.message for event in result.of(Note)] == [
        "tool_vote: the request offers no tools, so that whole answers are compared"
    ]


def call(name: str, **arguments: object) -> str:
    return f"<tool_call>{json.dumps({'name': name, 'arguments': arguments})}</tool_call>"


CALLS = [
    call("find", city="Paris", id=1), call("find", city="Rome", id=2), call("find", city="Rome", id=3),
    call("book", city="Rome", id=3), call("book", city="Rome", id=3), "I can't.",
]  # fmt: skip


@pytest.mark.parametrize(
    ("parameters", "chosen", "votes"),
    [
        ({}, 3, [1, 1, 1, 2, 2, 1]),
        ({"tool_vote": "flat"}, 3, [1, 1, 1, 2, 2, 1]),
        ({"tool_vote": "tool_name"}, 1, [3, 3, 3, 2, 2, 1]),
        ({"tool_vote": "tool_args"}, 3, [1, 1, 3, 3, 3, 1]),
        ({"tool_vote": "tool_hierarchical", "exclude_tool_args": ["id"]}, 1, [1, 2, 2, 2, 2, 1]),
        ({"exclude_tool_args": ["id", "city"]}, 1, [3, 3, 3, 2, 2, 1]),
    ],
)
async def test_calls_vote_by_their_names_their_arguments_or_both(orchestrate, parameters, chosen, votes):
    asked = chat.Message(role=chat.ROLE_USER, content=[chat.ContentPart(text="Rome?")])
    tools = [chat.Tool(name="find"), chat.Tool(name="book")]
    struct = Struct()
    struct.update(parameters)
    async with orchestrate(World(CALLS, in_order=True)) as its:
        solved = await its.solve(
            algorithm="self-consistency",
            samples=len(CALLS),
            parameters=struct,
            conversation=chat.Conversation(messages=[asked], tools=tools),
        )

    assert [one.votes for one in solved.answer.candidates] == votes
    assert [one.final_answer.count("tool_call") for one in solved.answer.candidates] == [2, 2, 2, 2, 2, 0]
    assert solved.answer.candidates[chosen].votes == max(one.votes for one in solved.answer.candidates if one.chosen)
    assert len(solved.answer.message.tool_calls) == 1
