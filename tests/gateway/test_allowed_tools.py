"""A request may allow some of its tools: the model hears of those alone."""

import pytest

from its.chat.v1.chat_pb2 import ToolChoice

CHAT = {"model": "its-tiny", "messages": [{"role": "user", "content": "2 + 2?"}]}


def function(name):
    return {"type": "function", "function": {"name": name}}


@pytest.mark.parametrize(("mode", "expected"), [("auto", ToolChoice.MODE_AUTO), ("required", ToolChoice.MODE_REQUIRED)])
async def test_the_model_hears_of_those_alone(client, script, mode, expected):
    allowed = {"type": "allowed_tools", "allowed_tools": {"mode": mode, "tools": [function("add")]}}
    await client.chat.completions.create(**CHAT, tools=[function("divide"), function("add")], tool_choice=allowed)

    conversation = script.request.conversation
    assert [tool.name for tool in conversation.tools] == ["add"]
    assert conversation.tool_choice.mode == expected


async def test_so_it_is_in_responses_which_say_it_back(client, script):
    tools = [{"type": "function", "name": name, "parameters": {}, "strict": False} for name in ("divide", "add")]
    allowed = {"type": "allowed_tools", "mode": "required", "tools": [{"type": "function", "name": "add"}]}
    response = await client.responses.create(model="its-tiny", input="2 + 2?", tools=tools, tool_choice=allowed)

    assert [tool.name for tool in script.request.conversation.tools] == ["add"]
    assert response.tool_choice.to_dict() == allowed
    assert [tool.name for tool in response.tools] == ["divide", "add"]
