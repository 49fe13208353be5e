"""Conversations on the wire and in here."""

from typing import cast

from its.chat.v1 import chat_pb2
from its_orchestrator.prompt import Conversation, Message, Role, Tool, ToolCall, ToolChoice

_ROLE = "ROLE_"
_MODE = "MODE_"


def from_proto(conversation: chat_pb2.Conversation) -> Conversation:
    """Return the conversation in our words."""
    choice = conversation.tool_choice if conversation.HasField("tool_choice") else None
    return Conversation(
        tuple(_message(one) for one in conversation.messages),
        tuple(Tool(one.name, one.description, one.parameters_json_schema, one.strict) for one in conversation.tools),
        _choice(choice) if choice and choice.mode else None,
    )


def to_proto(conversation: Conversation) -> chat_pb2.Conversation:
    """Return the conversation in the contract's words."""
    choice = conversation.tool_choice
    return chat_pb2.Conversation(
        messages=[_message_proto(one) for one in conversation.messages],
        tools=[
            chat_pb2.Tool(
                name=one.name,
                description=one.description,
                parameters_json_schema=one.parameters_json_schema,
                strict=one.strict,
            )
            for one in conversation.tools
        ],
        tool_choice=chat_pb2.ToolChoice(
            mode=chat_pb2.ToolChoice.Mode.Value(_MODE + choice.mode.upper()), name=choice.name
        )
        if choice
        else None,
    )


def _message(message: chat_pb2.Message) -> Message:
    return Message(
        role=cast("Role", chat_pb2.Role.Name(message.role).removeprefix(_ROLE).lower()),
        parts=tuple(part.text for part in message.content),
        name=message.name,
        tool_calls=tuple(ToolCall(one.id, one.name, one.arguments_json) for one in message.tool_calls),
        tool_call_id=message.tool_call_id,
    )


def _message_proto(message: Message) -> chat_pb2.Message:
    return chat_pb2.Message(
        role=chat_pb2.Role.Value(_ROLE + message.role.upper()),
        content=[chat_pb2.ContentPart(text=part) for part in message.parts],
        name=message.name,
        tool_calls=[
            chat_pb2.ToolCall(id=one.id, name=one.name, arguments_json=one.arguments_json) for one in message.tool_calls
        ],
        tool_call_id=message.tool_call_id,
    )


def _choice(choice: chat_pb2.ToolChoice) -> ToolChoice:
    mode = chat_pb2.ToolChoice.Mode.Name(choice.mode).removeprefix(_MODE).lower()
    return ToolChoice(mode, choice.name)  # pyright: ignore[reportArgumentType]
