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
    conversation's last message is. Raises InvalidRequest where that is none.
    """
    text = function.info.input_type is str
    if isinstance(given, Conversation):
        return transcript(given) if text else _json(function, given)
    return _only(cast("Mapping[str, object]", given)) if text and isinstance(given, Mapping) else given


def _json(function: Function, conversation: Conversation) -> Any:  # noqa: ANN401
    last = "".join(conversation.messages[-1].parts) if conversation.messages else ""
    try:
        return json.loads(last)
    except json.JSONDecodeError as error:
        schema = json.dumps(function.input_schema)
        message = f"function {function.name!r} takes no text: send JSON of this schema as the last message: {schema}"
        raise InvalidRequest.field("conversation", message) from error


def _only(given: Mapping[str, object]) -> object:
    """Return the message that an object holds alone; the object where it holds anything else."""
    return given["input_message"] if [*given] == ["input_message"] else given
