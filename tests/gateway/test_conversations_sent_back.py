"""What an answer gave, and what SDKs make of it, can be sent back in the conversation: that is how agents go on."""

import openai
import pytest
from pydantic import BaseModel
from scripted_orchestrator import answer, committed, started

from its.chat.v1.chat_pb2 import Message, Role, ToolCall
from its.orchestrator.v1.answer_pb2 import AnswerToken

ASK = {"model": "its-tiny", "messages": [{"role": "user", "content": "2 + 2?"}]}


class Add(BaseModel):
    a: int
    b: int


class Sum(BaseModel):
    total: int


TOOL = openai.pydantic_function_tool(Add, name="add")
CALLS = Message(role=Role.ROLE_ASSISTANT, tool_calls=[ToolCall(id="c", name="add", arguments_json='{"a": 2, "b": 2}')])


@pytest.fixture(params=["message", "dict"])
def sent(request):
    """How a client sends an object back: as it is, or as a dict."""
    return (lambda one: one) if request.param == "message" else (lambda one: one.model_dump())


@pytest.fixture
def calling(script):
    async def events():
        yield answer(message=CALLS)

    script.events = events
    return script


@pytest.fixture
def speaking(script):
    async def events():
        yield started()
        yield committed('{"total":')
        yield answer('{"total": 4}', tokens=[AnswerToken(text=b'{"total": 4}', logprob=-1)])

    script.events = events
    return script


def said(script) -> list[str]:
    return [part.text for part in script.request.conversation.messages[1].content]


async def go_on(client, message, *more):
    await client.chat.completions.create(model="its-tiny", messages=[*ASK["messages"], message, *more])


@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")  # the SDK's own
async def test_a_message_that_was_parsed(client, speaking, sent):
    found = await client.chat.completions.parse(**ASK, response_format=Sum)
    await go_on(client, sent(found.choices[0].message))

    assert said(speaking) == ['{"total": 4}']


async def test_a_message_that_was_streamed_with_what_was_told(client, speaking, sent):
    asked = {**ASK, "logprobs": True, "extra_body": {"its": {"progress": True}}}
    async with client.chat.completions.stream(**asked) as stream:
        found = await stream.get_final_completion()
    await go_on(client, sent(found.choices[0].message))

    assert said(speaking) == ['{"total": 4}']


@pytest.mark.parametrize("streamed", [False, True])
async def test_calls_of_tools_that_were_parsed(client, calling, sent, streamed):
    if streamed:
        async with client.chat.completions.stream(**ASK, tools=[TOOL]) as stream:
            found = await stream.get_final_completion()
    else:
        found = await client.chat.completions.parse(**ASK, tools=[TOOL])
    await go_on(client, sent(found.choices[0].message), {"role": "tool", "tool_call_id": "c", "content": "4"})

    _, called, output = calling.request.conversation.messages
    assert (called.tool_calls[0].name, called.tool_calls[0].arguments_json) == ("add", '{"a": 2, "b": 2}')
    assert (output.tool_call_id, output.content[0].text) == ("c", "4")


async def test_a_message_of_another_provider(client, script):
    theirs = {"role": "assistant", "content": "4", "refusal": None, "annotations": [], "audio": None}
    await go_on(client, {**theirs, "function_call": None, "tool_calls": None, "reasoning_content": "2 + 2"})

    assert said(script) == ["4"]


async def test_output_of_a_response_that_was_parsed(client, speaking, sent):
    found = await client.responses.parse(model="its-tiny", input="2 + 2?", text_format=Sum)
    question = {"role": "user", "content": "2 + 2?"}
    await client.responses.create(model="its-tiny", input=[question, *map(sent, found.output)])

    assert said(speaking) == ['{"total": 4}']


async def test_calls_of_a_response_that_were_parsed(client, calling, sent):
    tool = {"type": "function", "strict": True, **TOOL["function"]}
    found = await client.responses.parse(model="its-tiny", input="2 + 2?", tools=[tool])
    output = {"type": "function_call_output", "call_id": "c", "output": "4"}
    await client.responses.create(model="its-tiny", input=[*map(sent, found.output), output])

    called, told = calling.request.conversation.messages
    assert (called.tool_calls[0].name, told.tool_call_id) == ("add", "c")


async def test_reasoning_of_another_provider_is_not_said_to_the_model(client, script):
    theirs = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gAAAA"}
    await client.responses.create(model="its-tiny", input=[theirs, {"role": "user", "content": "2 + 2?"}])

    assert len(script.request.conversation.messages) == 1
