"""The intake: what a caller gives a function, as that function takes it."""

import json
from collections.abc import Mapping
from typing import Any, cast

from its_orchestrator.components.function import Function
from its_orchestrator.prompt import Conversation, transcript
from its_runtime.errors import InvalidRequest


def taken(function: Function, given: object) -> Any:  # noqa: ANN401  (any function's input)
    """Return `given` as an input of `function`.

    A function of text takes the text of a conversation, and that of `{"input_message": "..."}`, as clients of NeMo
    Agent Toolkit's `/generate` send it. Any other takes the JSON that a
    conversation's last message is. Raises InvalidRequest where that is none, or no text where one is taken.
    """
    text = function.info.input_type is str
    if isinstance(given, Conversation):
        return transcript(given) if text else _json(function, given)
    return _text(function, given) if text else given


def _json(function: Function, conversation: Conversation) -> Any:  # noqa: ANN401
    last = "".join(conversation.messages[-1].parts) if conversation.messages else ""
    try:
        return json.loads(last)
    except json.JSONDecodeError as error:
        schema = json.dumps(function.input_schema)
        message = f"function {function.name!r} takes no text: send JSON of this schema as the last message: {schema}"
        raise InvalidRequest.field("conversation", message) from error


def _text(function: Function, given: object) -> str:
    """Return a text, or the message that an object holds alone."""
    if isinstance(given, str):
        return given
    fields = cast("Mapping[str, object]", given if isinstance(given, Mapping) else {})
    message = fields.get("input_message")
    if isinstance(message, str) and len(fields) == 1:
        return message
    what = f"an object with {', '.join(fields)}" if fields else json.dumps(given)[:80]
    expected = 'send "..." or {"input_message": "..."}'
    raise InvalidRequest.field("input", f"{function.name!r} takes a text, and this is {what}: {expected}")
