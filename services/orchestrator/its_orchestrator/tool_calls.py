"""Calls of tools that a model wrote into its text, as generators of every kind hand them on.

The form is that of the Hermes and Qwen families, `<tool_call>{"name": …, "arguments": {…}}</tool_call>`; a server that
parses calls itself has its generator write them back in this form.
"""

import json
import re
from collections.abc import Set
from dataclasses import dataclass
from typing import Any, NoReturn, cast

from its_orchestrator.prompt import Conversation, Prompt

OPENING = "<tool_call>"
_CALL = re.compile(r"<tool_call>((?:(?!<tool_call>).)*?)(?:</tool_call>|\Z)", re.DOTALL)
"""A stop text may have taken the last closing tag."""


@dataclass(frozen=True, slots=True)
class Call:
    """A tool that the model wants called."""

    name: str
    arguments_json: str
    """A JSON object."""

    @property
    def arguments(self) -> dict[str, Any]:
        """The arguments by name."""
        return json.loads(self.arguments_json)


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a text says, apart from the calls in it."""

    text: str
    calls: tuple[Call, ...]


def offered(prompt: Prompt) -> frozenset[str]:
    """Return the names of the tools that the answer may call; those that may not be called are not offered."""
    if not isinstance(prompt, Conversation):
        return frozenset()
    choice = prompt.tool_choice
    mode, named = (choice.mode, choice.name) if choice else ("auto", "")
    return frozenset(one.name for one in prompt.tools if mode != "none" and (mode != "named" or one.name == named))


def demanded(prompt: Prompt) -> bool:
    """Tell whether the answer has to call a tool."""
    choice = prompt.tool_choice if isinstance(prompt, Conversation) else None
    return choice is not None and choice.mode in {"required", "named"}


def spoken(text: str, tools: Set[str]) -> Spoken:
    """Return the calls of `tools` in `text`, and what it says besides; what is no such call is part of what it says."""
    calls: list[Call] = []

    def taken(found: re.Match[str]) -> str:
        call = _call(found[1], tools)
        calls.extend([call] if call else [])
        return "" if call else found[0]

    said = _CALL.sub(taken, text) if tools and OPENING in text else text
    return Spoken(said.rstrip(), tuple(calls)) if calls else Spoken(text, ())


def settled_start(text: str) -> str:
    """Return the beginning of `text` that remains said whether or not a call follows."""
    before = text.partition(OPENING)[0]
    if before == text:
        opened = next((size for size in range(len(OPENING), 0, -1) if text.endswith(OPENING[:size])), 0)
        before = text[: len(text) - opened]
    return before.rstrip()


def _call(written: str, tools: Set[str]) -> Call | None:
    try:
        call = _object(_read(written))
        name, arguments = call.get("name"), call.get("arguments", {})
        arguments = _object(_read(arguments) if isinstance(arguments, str) else arguments)
    except (ValueError, RecursionError):
        return None
    if not isinstance(name, str) or name not in tools:
        return None
    return Call(name, json.dumps(arguments, ensure_ascii=False))


def _object(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise ValueError("it is no JSON object")  # noqa: TRY004  (what is read is the same as no JSON)
    return cast("dict[str, object]", value)


def _read(text: str) -> Any:  # noqa: ANN401  (any document)
    return json.loads(text, parse_constant=_refuse)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")
