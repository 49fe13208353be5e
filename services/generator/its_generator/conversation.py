"""A conversation of the contract in OpenAI's form, which chat templates and other servers take."""

import json
from typing import Any

from its.chat.v1 import chat_pb2
from its_generator.backend import Conversation
from its_runtime.errors import InvalidRequest


def to_conversation(message: chat_pb2.Conversation) -> Conversation:
    """Return a conversation in OpenAI's form. Raises InvalidRequest when a tool's schema is no JSON."""
    tools = [_tool(tool, f"conversation.tools[{place}]") for place, tool in enumerate(message.tools)]
    return Conversation([_message(one) for one in message.messages], tools, _tool_choice(message.tool_choice))


def parsed(text: str, field: str) -> object:
    """Return JSON. Raises InvalidRequest, naming the field, when it is none."""
    try:
        return json.loads(text)
    except ValueError as error:
        raise InvalidRequest.field(field, f"is no JSON: {error}") from error


def _message(message: chat_pb2.Message) -> dict[str, Any]:
    said: dict[str, Any] = {
        "role": ROLES[message.role],
        "content": "".join(part.text for part in message.content),
    }
    if message.name:
        said["name"] = message.name
    if message.tool_calls:
        said["tool_calls"] = [_tool_call(call) for call in message.tool_calls]
    if message.tool_call_id:
        said["tool_call_id"] = message.tool_call_id
    return said


def _tool_call(call: chat_pb2.ToolCall) -> dict[str, Any]:
    function = {"name": call.name, "arguments": call.arguments_json}
    return {"id": call.id, "type": "function", "function": function}


def _tool(tool: chat_pb2.Tool, field: str) -> dict[str, Any]:
    parameters = parsed(tool.parameters_json_schema or "{}", f"{field}.parameters_json_schema")
    function = {"name": tool.name, "description": tool.description, "parameters": parameters}
    return {"type": "function", "function": function}


def _tool_choice(choice: chat_pb2.ToolChoice) -> str | dict[str, Any] | None:
    if choice.mode == chat_pb2.ToolChoice.MODE_NAMED:
        return {"type": "function", "function": {"name": choice.name}}
    return _CHOICES[choice.mode]


ROLES = {
    chat_pb2.ROLE_DEVELOPER: "developer",
    chat_pb2.ROLE_SYSTEM: "system",
    chat_pb2.ROLE_USER: "user",
    chat_pb2.ROLE_ASSISTANT: "assistant",
    chat_pb2.ROLE_TOOL: "tool",
}
_CHOICES = {
    chat_pb2.ToolChoice.MODE_UNSPECIFIED: None,
    chat_pb2.ToolChoice.MODE_AUTO: "auto",
    chat_pb2.ToolChoice.MODE_NONE: "none",
    chat_pb2.ToolChoice.MODE_REQUIRED: "required",
}
