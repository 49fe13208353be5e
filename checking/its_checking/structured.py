"""Structured answers in one form: JSON documents, and calls of tools, however they are written."""

import json
import re
from decimal import Context, Decimal
from typing import Any, NoReturn, cast

_CALL = re.compile(r"<tool_call>(.*?)</tool_call>", re.DOTALL)
"""How models of the Hermes and Qwen families write a call: `{"name": …, "arguments": …}` between tags."""
_EXACT = Context(prec=4096)
"""So that no two numbers of a document become one by rounding."""


def structured(text: str) -> str | None:
    """Return the one form of `text` when it is a JSON object or array, or calls of tools alone; None otherwise.

    Neither the order of keys, white space, nor how a number is written (1, 1.0, 1e0) makes a difference; the order
    of a list and of several calls does. Arguments of a call may be an object, or a string that holds one.
    """
    calls = _CALL.findall(text)
    if calls and not _CALL.sub("", text).strip():
        forms = [_form(call, call=True) for call in calls]
        return None if None in forms else "".join(f"<tool_call>{form}" for form in forms)
    return _form(text) if text.lstrip()[:1] in ("{", "[") else None


def _form(text: str, *, call: bool = False) -> str | None:
    try:
        document = _read(text)
        return _written(_with_arguments(document) if call else document)
    except (ValueError, ArithmeticError, RecursionError):
        return None


def _read(text: str) -> Any:  # noqa: ANN401  (any document)
    return json.loads(text, parse_float=Decimal, parse_int=Decimal, parse_constant=_refuse)


def _with_arguments(call: Any) -> Any:  # noqa: ANN401
    if not isinstance(call, dict):
        return call
    fields = cast("dict[str, Any]", call)
    arguments = fields.get("arguments")
    return {**fields, "arguments": _read(arguments)} if isinstance(arguments, str) else fields


def _written(value: Any) -> str:  # noqa: ANN401
    if isinstance(value, dict):
        members = cast("dict[str, Any]", value).items()
        return f"{{{','.join(sorted(f'{json.dumps(name)}:{_written(one)}' for name, one in members))}}}"
    if isinstance(value, list):
        return f"[{','.join(_written(one) for one in cast('list[Any]', value))}]"
    if isinstance(value, Decimal):
        return str(value.normalize(_EXACT)) if value else "0"
    return json.dumps(value)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")
