"""What the server streams back for one call, made into tokens of its sequences."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from its_generator.backends.openai.thinking import Thinking
from its_generator.backends.openai.tool_calls import ToolCalls
from its_generator.completion import Completion
from its_generator.tick import Delta, Finished, StopReason, Top, Usage


class Answer:
    """The sequences of one call, by the number of their choice.

    The server tells no token ids and counts tokens only for the call as a whole, so that where it counts nothing, or
    is left before it has, pieces of text are counted for tokens; servers stream a token a piece.
    """

    def __init__(self, completions: Sequence[Completion], *, in_characters: bool, texts: bool = False) -> None:
        """Take the sequences; `in_characters` hands text on one by one, so that steps end exactly.

        `texts` reports what each token of the server's log-probabilities reads.
        """
        self.usage: Usage | None = None
        """What the server counted, once it has."""
        self._completions = completions
        self._in_characters = in_characters
        self._texts = texts
        self._pieces = [0] * len(completions)
        self._tools = [ToolCalls() for _ in completions]
        self._thinking = [Thinking() for _ in completions]

    @property
    def is_complete(self) -> bool:
        """Whether every sequence has ended."""
        return all(completion.finished for completion in self._completions)

    @property
    def completion_tokens(self) -> int:
        """Tokens sampled, as the server counted them, or as many pieces of text as came."""
        return self.usage.completion_tokens if self.usage else sum(self._pieces)

    def read(self, chunk: Any) -> None:  # noqa: ANN401  (chat completions and completions have no common type)
        """Take in one chunk of either kind of stream."""
        for choice in chunk.choices:
            index = int(choice.index)
            if index < len(self._completions) and not self._completions[index].finished:
                self._read(choice, index)
        if chunk.usage:
            details = chunk.usage.prompt_tokens_details
            cached = (details.cached_tokens or 0) if details else 0
            self.usage = Usage(chunk.usage.prompt_tokens, cached, chunk.usage.completion_tokens)

    def deltas(self) -> list[Delta]:
        """Return the deltas that are due."""
        return [delta for completion in self._completions for delta in completion.deltas()]

    def end(self, reason: StopReason, error: str = "") -> list[Finished]:
        """Return how the sequences ended; those that have not, end now."""
        for completion in self._completions:
            completion.end(reason, error)
        ends = [completion.finished for completion in self._completions if completion.finished]
        counts = [self.completion_tokens] if len(ends) == 1 else self._pieces
        return [replace(end, completion_tokens=count) for end, count in zip(ends, counts, strict=True)]

    def _read(self, choice: Any, index: int) -> None:  # noqa: ANN401
        completion, tools = self._completions[index], self._tools[index]
        delta = getattr(choice, "delta", None)
        text = self._thinking[index].text(delta) if delta else choice.text or ""
        logprobs = _logprobs(choice)
        texts = _texts(choice) if self._texts else []
        if delta and delta.tool_calls:
            tools.read(delta.tool_calls)
        if text or logprobs:
            self._pieces[index] += len(logprobs) or 1
            self._push(completion, text, logprobs, texts)
        if choice.finish_reason and not completion.finished:
            if called := tools.text():
                completion.push_text(called)
            _finish(choice, completion)

    def _push(self, completion: Completion, text: str, logprobs: list[tuple[float, Top]], texts: list[bytes]) -> None:
        """Log-probabilities come with the last piece of the text that they belong to."""
        pieces = list(text) if self._in_characters and text else [text]
        for place, piece in enumerate(pieces):
            if not completion.finished:
                last = place == len(pieces) - 1
                completion.push_text(piece, logprobs if last else (), texts if last else ())


def _logprobs(choice: Any) -> list[tuple[float, Top]]:  # noqa: ANN401
    told = getattr(choice, "logprobs", None)
    if not told:
        return []
    if getattr(told, "content", None):
        return [(one.logprob, _top(one.top_logprobs)) for one in told.content]
    own: Sequence[float] = getattr(told, "token_logprobs", None) or ()
    tops: Sequence[dict[str, float] | None] = getattr(told, "top_logprobs", None) or [None] * len(own)
    return [(one, _old_top(top or {})) for one, top in zip(own, tops, strict=True)]


def _top(tops: Sequence[Any]) -> Top:
    return Top((), [top.logprob for top in tops], [_bytes(top) for top in tops])


def _old_top(tops: dict[str, float]) -> Top:
    best = sorted(tops.items(), key=lambda one: one[1], reverse=True)
    return Top((), [logprob for _, logprob in best], [token.encode() for token, _ in best])


def _texts(choice: Any) -> list[bytes]:  # noqa: ANN401
    told: Any = getattr(choice, "logprobs", None)
    if getattr(told, "content", None):
        return [_bytes(one) for one in told.content]
    return [token.encode() for token in getattr(told, "tokens", None) or ()]


def _bytes(token: Any) -> bytes:  # noqa: ANN401
    return token.token.encode() if token.bytes is None else bytes(token.bytes)


def _finish(choice: Any, completion: Completion) -> None:  # noqa: ANN401
    """End a sequence for the server's reason. vLLM tells which stop it was in `stop_reason`, OpenAI does not."""
    if choice.finish_reason == "length":
        completion.end(StopReason.LENGTH)
    elif choice.finish_reason == "content_filter":
        completion.end(StopReason.CONTENT_FILTER)
    else:
        stop: str | int | None = getattr(choice, "stop_reason", None)
        completion.watcher.stop_text = stop if isinstance(stop, str) else ""
        completion.end(StopReason.EOS if stop is None else StopReason.STOP)
