"""From a request of the responses protocol to a chat completion request, field by field."""

from collections.abc import Iterable
from typing import Any

from its_gateway.responses.functions import CallableFunction, FunctionChoice
from its_gateway.responses.items import Item, Part
from its_gateway.responses.schema import Format, ResponseRequest

Json = dict[str, Any]

NAMES = {
    "messages": "input",
    "response_format.json_schema.": "text.format.",
    "response_format": "text.format",
    "max_tokens": "max_output_tokens",
    "max_completion_tokens": "max_output_tokens",
    "tools[": "tools",
}
"""What this protocol calls fields of chat completions, by their beginnings."""

_ALIKE = {
    "model", "budget", "algorithm", "its", "temperature", "top_p", "seed", "parallel_tool_calls", "stream", "user",
    "safety_identifier", "metadata", "prompt_cache_key", "top_logprobs",
}  # fmt: skip


def to_chat(asked: ResponseRequest) -> Json:
    """Return the fields of the chat completion request that means the same."""
    chat = asked.model_dump(include=_ALIKE, exclude_unset=True, exclude_none=True, by_alias=True)
    chat["messages"] = list(_messages(asked))
    if asked.max_output_tokens is not None:
        chat["max_completion_tokens"] = asked.max_output_tokens
    if asked.wants_logprobs:
        chat["logprobs"] = True
    if asked.tools:
        chat["tools"] = [_tool(tool) for tool in asked.tools]
    if asked.tool_choice:
        chat["tool_choice"] = _tool_choice(asked.tool_choice)
    if asked.text.format.type != "text":
        chat["response_format"] = _form(asked.text.format)
    return chat


def _messages(asked: ResponseRequest) -> Iterable[Json]:
    """Yield the messages; what an assistant says and calls in a row is one message, as it was when it was answered."""
    if asked.instructions:
        yield {"role": "system", "content": asked.instructions}
    turn: Json | None = None
    for item in asked.input:
        if turn and (item.type not in {"function_call", "reasoning"}):
            yield turn
            turn = None
        if item.type == "function_call":
            turn = turn or {"role": "assistant"}
            turn.setdefault("tool_calls", []).append(_call(item))
        elif item.role == "assistant":
            turn = {"role": "assistant", "content": _content(item.content)}
        elif item.type != "reasoning":
            yield _said(item)
    if turn:
        yield turn


def _said(item: Item) -> Json:
    if item.type == "function_call_output":
        return {"role": "tool", "tool_call_id": item.call_id, "content": _content(item.output)}
    return {"role": item.role, "content": _content(item.content)}


def _content(parts: Iterable[Part] | None) -> list[Json]:
    return [{"type": "text", "text": part.words} for part in parts or ()]


def _call(item: Item) -> Json:
    return {"id": item.call_id, "type": "function", "function": {"name": item.name, "arguments": item.arguments}}


def _tool(tool: CallableFunction) -> Json:
    return {"type": "function", "function": tool.model_dump(exclude={"type"}, exclude_unset=True, exclude_none=True)}


def _tool_choice(choice: FunctionChoice) -> Json | str:
    if choice.type == "function":
        return _named(choice.name)
    if choice.type == "allowed_tools":
        allowed = {"mode": choice.mode, "tools": [_named(one.name) for one in choice.tools or ()]}
        return {"type": "allowed_tools", "allowed_tools": allowed}
    return choice.type


def _named(name: str | None) -> Json:
    return {"type": "function", "function": {"name": name}}


def _form(form: Format) -> Json:
    if form.type == "json_object":
        return {"type": "json_object"}
    schema = form.model_dump(exclude={"type"}, exclude_none=True, by_alias=True)
    return {"type": "json_schema", "json_schema": schema}
