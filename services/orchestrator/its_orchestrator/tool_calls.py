"""Calls of tools that a model wrote into its text, as generators of every kind hand them on.

The form is that of the Hermes and Qwen families, `<tool_call>{"name": …, "arguments": {…}}</tool_call>`; a server that
parses calls itself has its generator write them back in this form.
"""

import json
import re
from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Any, NoReturn, cast

from its_orchestrator.form import Form
from its_orchestrator.prompt import Conversation, Prompt, Tool

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


class Offered(frozenset[str]):
    """Names of tools that may be called, and what the arguments of strict ones must be."""

    forms: Mapping[str, Form]

    def accepts(self, call: Call) -> bool:
        """Tell whether a call of one of them has the arguments that it must have."""
        form = self.forms.get(call.name)
        return form is None or form.why_not(call.arguments_json) is None


def offered(prompt: Prompt) -> Offered:
    """Return the tools that the answer may call; those that may not be called are not offered.

    Raises InvalidRequest when a strict one has no schema that arguments can follow.
    """
    tools: Mapping[int, Tool] = _callable(prompt) if isinstance(prompt, Conversation) else {}
    found = Offered(one.name for one in tools.values())
    found.forms = {one.name: _form(place, one).checked() for place, one in tools.items() if one.strict}
    return found


def _callable(prompt: Conversation) -> Mapping[int, Tool]:
    """Return the tools that may be called, by their places."""
    choice = prompt.tool_choice
    mode, named = (choice.mode, choice.name) if choice else ("auto", "")
    tools: dict[int, Tool] = {} if mode == "none" else dict(enumerate(prompt.tools))
    return {place: one for place, one in tools.items() if mode != "named" or one.name == named}


def _form(place: int, tool: Tool) -> Form:
    field = f"conversation.tools[{place}].parameters_json_schema"
    return Form("json_schema", tool.parameters_json_schema or "{}", field)


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
    whole = Call(name, json.dumps(arguments, ensure_ascii=False))
    return None if isinstance(tools, Offered) and not tools.accepts(whole) else whole


def _object(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise ValueError("it is no JSON object")  # noqa: TRY004  (what is read is the same as no JSON)
    return cast("dict[str, object]", value)


def _read(text: str) -> Any:  # noqa: ANN401  (any document)
    return json.loads(text, parse_constant=_refuse)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")
