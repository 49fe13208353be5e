"""Conversions of prompts: what a request says was asked, as chat templates and judges take it."""

import json
from typing import Any

from its.chat.v1 import chat_pb2 as chat
from its.reward.v1 import reward_pb2 as pb
from its_reward.trajectory import Conversation, Message, Prompt, TextPrompt, TokenPrompt
from its_runtime.errors import InvalidRequest


def to_prompt(request: pb.ScoreRequest) -> Prompt:
    """Return the prompt of a request; raises InvalidRequest when a tool's schema is no JSON."""
    match request.WhichOneof("prompt"):
        case "conversation":
            sent = request.conversation
            return Conversation(tuple(map(_message, sent.messages)), tuple(map(_tool, sent.tools)))
        case "text":
            return TextPrompt(request.text)
        case _:
            return TokenPrompt(tuple(request.token_ids.ids))


def _message(sent: chat.Message) -> Message:
    message: Message = {"role": _ROLES[sent.role], "content": "".join(part.text for part in sent.content)}
    if sent.name:
        message["name"] = sent.name
    if sent.tool_calls:
        message["tool_calls"] = [_call(call) for call in sent.tool_calls]
    if sent.tool_call_id:
        message["tool_call_id"] = sent.tool_call_id
    return message


def _call(sent: chat.ToolCall) -> dict[str, Any]:
    return {"id": sent.id, "type": "function", "function": {"name": sent.name, "arguments": sent.arguments_json}}


def _tool(sent: chat.Tool) -> Message:
    function = {"name": sent.name, "description": sent.description}
    if sent.parameters_json_schema:
        return {"type": "function", "function": {**function, "parameters": _json(sent)}}
    return {"type": "function", "function": function}


def _json(sent: chat.Tool) -> object:
    try:
        return json.loads(sent.parameters_json_schema)
    except ValueError as error:
        raise InvalidRequest.field("conversation.tools", f"{sent.name}: its schema is no JSON: {error}") from error


_ROLES = {
    chat.ROLE_DEVELOPER: "developer",
    chat.ROLE_SYSTEM: "system",
    chat.ROLE_USER: "user",
    chat.ROLE_ASSISTANT: "assistant",
    chat.ROLE_TOOL: "tool",
}
