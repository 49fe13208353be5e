"""Calls that a model writes into its text become calls of tools; what is no call stays text."""

import json
from itertools import accumulate, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from its.chat.v1 import chat_pb2 as chat
from its.chat.v1.sampling_pb2 import Sampling
from its.orchestrator.v1 import orchestrator_pb2 as pb
from its_orchestrator.choosing.calling import CallingEquivalence
from its_orchestrator.choosing.equivalence import MathEquivalence
from its_orchestrator.testing import World
from its_orchestrator.tool_calls import Call, Spoken, settled_start, spoken

PARIS = '<tool_call>\n{"name": "weather", "arguments": {"city": "Paris", "days": 2}}\n</tool_call>'
SAME = '<tool_call>{"arguments": "{\\"days\\": 2.0, \\"city\\": \\"Paris\\"}", "name": "weather"}</tool_call>'
ROME = '<tool_call>{"name": "weather", "arguments": {"city": "Rome", "days": 2}}</tool_call>'
TIME = '<tool_call>{"name": "time"}</tool_call>'
TOOLS = frozenset({"weather", "time"})
CALLED = Call("weather", '{"city": "Paris", "days": 2}')


def asked(mode: chat.ToolChoice.Mode = chat.ToolChoice.MODE_AUTO, *, tools: bool = True) -> chat.Conversation:
    said = chat.Message(role=chat.ROLE_USER, content=[chat.ContentPart(text="How is the weather?")])
    offered = [chat.Tool(name=name) for name in sorted(TOOLS)] if tools else []
    return chat.Conversation(messages=[said], tools=offered, tool_choice=chat.ToolChoice(mode=mode))


@pytest.mark.parametrize(
    ("text", "said", "calls"),
    [
        (PARIS, "", (CALLED,)),
        (f"I'll look.\n{PARIS}", "I'll look.", (CALLED,)),
        (f"{PARIS}\n{TIME}", "", (CALLED, Call("time", "{}"))),
        (PARIS.removesuffix("</tool_call>"), "", (CALLED,)),
        (f"a {PARIS} b", "a  b", (CALLED,)),
        ("no call", "no call", ()),
        (" spaces stay \n", " spaces stay \n", ()),
    ],
)
def test_well_formed_calls_are_taken_out_of_the_text(text: str, said: str, calls: tuple[Call, ...]):
    assert spoken(text, TOOLS) == Spoken(said, calls)


@pytest.mark.parametrize(
    "text",
    [
        "<tool_call>{not JSON}</tool_call>",
        '<tool_call>{"name": "weather", "arguments": [1]}</tool_call>',
        '<tool_call>{"name": "weather", "arguments": {"x": NaN}}</tool_call>',
        '<tool_call>{"name": "no such tool", "arguments": {}}</tool_call>',
        '<tool_call>{"arguments": {}}</tool_call>',
        '<tool_call>["weather"]</tool_call>',
        '<tool_call>{"name": "weather", "argu',
        "<tool_call>" + "[" * 100_000,
        "<tool_call></tool_call>",
    ],
)
def test_what_is_no_call_of_an_offered_tool_stays_text(text: str):
    assert spoken(text, TOOLS) == Spoken(text, ())


def test_a_broken_call_beside_a_good_one_is_said():
    assert spoken(f"<tool_call>oops</tool_call>{PARIS}", TOOLS) == Spoken("<tool_call>oops</tool_call>", (CALLED,))


def test_a_call_after_one_that_was_begun_and_dropped_is_a_call():
    assert spoken(f"<tool_call>{PARIS}", TOOLS) == Spoken("<tool_call>", (CALLED,))


def test_without_tools_nothing_is_a_call():
    assert spoken(PARIS, frozenset()) == Spoken(PARIS, ())


texts = st.lists(st.sampled_from([PARIS, TIME, "words ", "\n", "<tool", "_call>", "<", "x"]), max_size=6).map("".join)


@given(texts)
def test_what_is_sure_to_be_said_while_it_is_written_is_said_in_the_end(text: str):
    sure = [settled_start(start) for start in accumulate(text)]

    assert all(spoken(text, TOOLS).text.startswith(start) for start in sure)
    assert all(later.startswith(earlier) for earlier, later in pairwise(sure))


@given(texts)
def test_arguments_are_always_a_json_object(text: str):
    assert all(isinstance(json.loads(call.arguments_json), dict) for call in spoken(text, TOOLS).calls)


async def groups(*answers: str, **options) -> list[list[int]]:
    equivalence = CallingEquivalence(MathEquivalence(), TOOLS, **options)
    return await equivalence.groups([equivalence.extract(answer) or "nothing" for answer in answers])


async def test_calls_are_the_same_when_they_call_the_same():
    assert await groups(PARIS, f"Let me see. {SAME}", ROME, TIME) == [[0, 1], [2], [3]]


async def test_not_calling_is_an_answer_that_all_share_who_say_no_value():
    assert await groups("Hello!", PARIS, "Hi, how are you?", "\\boxed{4}", "") == [[0, 2], [1], [3], [4]]


async def test_where_a_call_is_demanded_nothing_else_is_an_answer():
    equivalence = CallingEquivalence(MathEquivalence(), TOOLS, demanded=True)

    assert equivalence.extract("Hello! \\boxed{4}") is None
    assert equivalence.extract(PARIS)


async def test_parts_of_calls_and_excluded_arguments():
    assert await groups(PARIS, ROME, TIME, part="name") == [[0, 1], [2]]
    assert await groups(PARIS, ROME, excluded=frozenset({"city"})) == [[0, 1]]
    renamed = PARIS.replace("weather", "time")
    assert await groups(PARIS, renamed, ROME, part="arguments") == [[0, 1], [2]]


async def test_the_majority_calls_and_the_answer_is_a_call(orchestrate):
    said = [f"I'll look.\n{PARIS}", "It is sunny.", SAME, ROME]
    async with orchestrate(World(said, in_order=True)) as its:
        solved = await its.solve(algorithm="self-consistency", samples=4, conversation=asked())

    message = solved.answer.message
    assert [(call.name, json.loads(call.arguments_json)) for call in message.tool_calls] == [
        ("weather", {"city": "Paris", "days": 2})
    ]
    assert message.tool_calls[0].id == f"call_{solved.events[0].trace_id}_0"
    assert solved.text in {"", "I'll look."}
    assert "".join(event.committed.text for event in solved.of("committed")) == solved.text


async def test_a_call_is_not_streamed_as_text(orchestrate):
    async with orchestrate(World([f"I'll look.\n{PARIS}"])) as its:
        solved = await its.solve(samples=1, conversation=asked(), detail=pb.DETAIL_PROGRESS)

    committed = [event.committed.text for event in solved.of("committed")]
    assert "".join(committed) == solved.text == "I'll look."
    assert len(committed) > 1
    assert len(solved.answer.message.tool_calls) == 1


async def test_text_that_only_looks_like_a_call_arrives_whole(orchestrate):
    text = "Use <tool_call> tags: <tool_ca"
    async with orchestrate(World([text])) as its:
        solved = await its.solve(samples=1, conversation=asked(), detail=pb.DETAIL_PROGRESS)

    assert solved.text == text == "".join(event.committed.text for event in solved.of("committed"))


@pytest.mark.parametrize(
    "conversation", [asked(chat.ToolChoice.MODE_NONE), asked(tools=False)], ids=["not allowed", "no tools"]
)
async def test_where_no_tool_may_be_called_a_call_is_text(orchestrate, conversation):
    async with orchestrate(World([PARIS])) as its:
        solved = await its.solve(samples=1, conversation=conversation)

    assert solved.text == PARIS
    assert not solved.answer.message.tool_calls


async def test_where_one_tool_is_named_a_call_of_another_is_text(orchestrate):
    conversation = asked(chat.ToolChoice.MODE_NAMED)
    conversation.tool_choice.name = "time"
    async with orchestrate(World([PARIS, PARIS, TIME], in_order=True)) as its:
        solved = await its.solve(algorithm="self-consistency", samples=3, conversation=conversation)

    assert [call.name for call in solved.answer.message.tool_calls] == ["time"]
    assert [one.HasField("votes") for one in solved.answer.candidates] == [False, False, True]


async def test_a_call_in_an_answer_that_was_cut_off_is_text(orchestrate):
    async with orchestrate(World([f"{PARIS} and more"])) as its:
        solved = await its.solve(samples=1, conversation=asked(), sampling=Sampling(max_tokens=len(PARIS) + 2))

    assert not solved.answer.message.tool_calls
    assert solved.text.startswith(PARIS)
