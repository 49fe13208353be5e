"""A model's reasoning, which servers tell apart from its answer, put back before it."""

from typing import Any


class Thinking:
    """The text of one sequence as reasoning models write it: what they think between `<think>` and `</think>`."""

    def __init__(self) -> None:
        self._is_open = False

    def text(self, delta: Any) -> str:  # noqa: ANN401  (fields that the SDK's type doesn't have)
        """Return the text of one delta; thoughts are `reasoning_content` (DeepSeek, SGLang) or `reasoning` (vLLM)."""
        thought: str = getattr(delta, "reasoning_content", None) or getattr(delta, "reasoning", None) or ""
        said: str = delta.content or getattr(delta, "refusal", None) or ""
        return self._opened(thought) + self._closed(said) if thought or said else ""

    def _opened(self, thought: str) -> str:
        if not thought or self._is_open:
            return thought
        self._is_open = True
        return f"<think>{thought}"

    def _closed(self, said: str) -> str:
        if not said or not self._is_open:
            return said
        self._is_open = False
        return f"</think>{said}"
