"""Calls of tools, which a server parses out of the text, put back into it."""

import json
from collections.abc import Sequence
from typing import Any


class ToolCalls:
    """The calls of one sequence, gathered from its deltas."""

    def __init__(self) -> None:
        self._calls: dict[int, dict[str, str]] = {}

    def read(self, deltas: Sequence[Any]) -> None:
        """Take in the parts that one chunk brings."""
        for delta in deltas:
            call = self._calls.setdefault(delta.index, {"name": "", "arguments": ""})
            if delta.function:
                call["name"] += delta.function.name or ""
                call["arguments"] += delta.function.arguments or ""

    def text(self) -> str:
        """Return the calls as models of the Hermes and Qwen families write them, empty when there are none."""
        return "".join(f"<tool_call>\n{_written(call)}\n</tool_call>" for _, call in sorted(self._calls.items()))


def _written(call: dict[str, str]) -> str:
    try:
        arguments = json.loads(call["arguments"] or "{}")
    except ValueError:  # what a model wrote need not be JSON
        arguments = call["arguments"]
    return json.dumps({"name": call["name"], "arguments": arguments}, ensure_ascii=False)
