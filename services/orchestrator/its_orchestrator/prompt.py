"""The question: a conversation or a plain text, in words that know no protocol."""

from dataclasses import dataclass
from typing import Literal

Role = Literal["developer", "system", "user", "assistant", "tool"]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool that the assistant wants called."""

    id: str
    name: str
    arguments_json: str


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation."""

    role: Role
    parts: tuple[str, ...] = ()
    """What is said, in order; empty when an assistant only calls tools."""
    name: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str = ""


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool that the model may call."""

    name: str
    description: str = ""
    parameters_json_schema: str = ""


@dataclass(frozen=True, slots=True)
class ToolChoice:
    """Whether tools may, must or must not be called."""

    mode: Literal["auto", "none", "required", "named"] = "auto"
    name: str = ""


@dataclass(frozen=True, slots=True)
class Conversation:
    """What was said so far, and with which tools the assistant may go on."""

    messages: tuple[Message, ...]
    tools: tuple[Tool, ...] = ()
    tool_choice: ToolChoice | None = None


Prompt = Conversation | str
"""What an answer continues: a conversation, or a text taken as it is."""
