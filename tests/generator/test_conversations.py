"""Conversations reach templates and other servers in the form that each knows."""

import pytest

from its.chat.v1 import chat_pb2 as chat
from its.generator.v1 import generator_pb2 as pb
from its_generator.backend import Conversation
from its_generator.conversation import to_conversation
from its_models import model_folder
from its_models.tokenizer import Tokenizer
from its_runtime.errors import InvalidRequest, Unsupported


def spoken(role: int, text: str, **more: object) -> chat.Message:
    return chat.Message(role=role, content=[chat.ContentPart(text=part) for part in text.split("|")], **more)


def test_a_conversation_takes_openais_form():
    call = chat.ToolCall(id="c1", name="add", arguments_json='{"a": 1}')
    conversation = to_conversation(
        chat.Conversation(
            messages=[
                spoken(chat.ROLE_DEVELOPER, "Be |brief."),
                spoken(chat.ROLE_USER, "1+1?", name="ann"),
                chat.Message(role=chat.ROLE_ASSISTANT, tool_calls=[call]),
                spoken(chat.ROLE_TOOL, "2", tool_call_id="c1"),
            ],
            tools=[chat.Tool(name="add", description="adds", parameters_json_schema='{"type": "object"}')],
            tool_choice=chat.ToolChoice(mode=chat.ToolChoice.MODE_NAMED, name="add"),
        )
    )

    function = {"name": "add", "arguments": '{"a": 1}'}
    assert conversation.messages == [
        {"role": "developer", "content": "Be brief."},
        {"role": "user", "content": "1+1?", "name": "ann"},
        {"role": "assistant", "content": "", "tool_calls": [{"id": "c1", "type": "function", "function": function}]},
        {"role": "tool", "content": "2", "tool_call_id": "c1"},
    ]
    assert conversation.tools[0]["function"]["parameters"] == {"type": "object"}
    assert conversation.tool_choice == {"type": "function", "function": {"name": "add"}}


def test_templates_get_no_developers_and_arguments_as_objects():
    function = {"name": "add", "arguments": '{"a": 1}'}
    broken = {"name": "add", "arguments": '{"a": '}
    calls = [{"id": "1", "function": function}, {"id": "2", "function": broken}]
    conversation = Conversation(
        [{"role": "developer", "content": "x"}, {"role": "assistant", "content": "", "tool_calls": calls}]
    )

    first, second = conversation.for_template()

    assert first["role"] == "system"
    assert [call["function"]["arguments"] for call in second["tool_calls"]] == [{"a": 1}, '{"a": ']
    assert conversation.messages[0]["role"] == "developer"


def test_a_tools_schema_must_be_json():
    with pytest.raises(InvalidRequest, match=r"conversation\.tools\[0\]\.parameters_json_schema"):
        to_conversation(chat.Conversation(tools=[chat.Tool(name="add", parameters_json_schema="{")]))


async def test_a_conversation_is_tokenised_as_its_template_renders_it(stub):
    conversation = chat.Conversation(messages=[spoken(chat.ROLE_SYSTEM, "Be brief."), spoken(chat.ROLE_USER, "1+1?")])

    answer = await stub.Tokenize(pb.TokenizeRequest(conversation=conversation))

    text = Tokenizer.open(model_folder("its-tiny")).decode(list(answer.tokens.ids), special=True)
    assert text == (
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\n1+1?<|im_end|>\n<|im_start|>assistant\n"
    )
    assert answer.model.tokenizer_fingerprint


async def test_a_text_is_tokenised_as_it_is(stub, tiny):
    answer = await stub.Tokenize(pb.TokenizeRequest(text="1+1?<|im_end|>"))

    assert tuple(answer.tokens.ids) == await tiny.tokenize("1+1?<|im_end|>")
    assert answer.tokens.ids[-1] == 873


async def test_a_tool_call_can_not_be_forced_here(tiny):
    with pytest.raises(Unsupported, match="tool_choice"):
        await tiny.tokenize(Conversation([{"role": "user", "content": "1+1?"}], tool_choice="required"))
