"""The question: a conversation or a plain text, in words that know no protocol."""

from dataclasses import dataclass, replace
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
    strict: bool = False
    """Whether its arguments must follow the schema: what doesn't is no call of it."""


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


def said(text: str) -> Conversation:
    """Return a conversation in which a user says `text`."""
    return Conversation((Message("user", (text,)),))


def followed(prompt: Prompt, text: str) -> Prompt:
    """Return the prompt with `text` after its last words: the user's own, or a message of its own after others'."""
    if isinstance(prompt, str):
        return f"{prompt}\n\n{text}\n\n"
    last = prompt.messages[-1] if prompt.messages else None
    if last is None or last.role != "user":
        return replace(prompt, messages=(*prompt.messages, *said(text).messages))
    return replace(prompt, messages=(*prompt.messages[:-1], replace(last, parts=(*last.parts, f"\n\n{text}"))))


def transcript(prompt: Prompt) -> str:
    """Return the prompt as a text to read; where only a user speaks once, it is what the user says."""
    if isinstance(prompt, str):
        return prompt
    lines = [(one.role, "".join(one.parts)) for one in prompt.messages]
    spoken = [(role, words) for role, words in lines if words]
    if [role for role, _ in spoken] == ["user"]:
        return spoken[0][1]
    return "\n\n".join(f"{role}: {words}" for role, words in spoken)
