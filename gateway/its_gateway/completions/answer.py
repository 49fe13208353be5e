"""From the orchestrator's answers to a text completion, whole and in chunks."""

import time
from codecs import getincrementaldecoder
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any
from uuid import uuid4

import orjson

from its.orchestrator.v1.answer_pb2 import Answer, AnswerToken
from its.orchestrator.v1.event_pb2 import SolveEvent
from its_gateway import answer as answers
from its_gateway.completions.schema import CompletionRequest
from its_gateway.errors import ApiError
from its_gateway.logprobs import content
from its_gateway.sse import event
from its_gateway.telling import Telling

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Completion:
    """One completion: what was asked, and what all its pieces have in common."""

    asked: CompletionRequest
    id: str = field(default_factory=lambda: f"cmpl-{uuid4().hex}")
    created: int = field(default_factory=lambda: int(time.time()))

    def whole(self, found: Sequence[SolveEvent]) -> bytes:
        """Return the completion of every prompt, in their order."""
        choices = [self.choice(number, one) for number, one in enumerate(found)]
        usage = answers.usage(*(one.answer for one in found))
        return orjson.dumps(self.around(choices, usage=usage, system_fingerprint=answers.fingerprint(found[0].answer)))

    def choice(self, number: int, found: SolveEvent) -> Json:
        """Return the choice of that number."""
        said = self.prompt(number) + answers.text(found.answer)
        return {**self.last(number, found, said), "logprobs": self.logprobs(found.answer.tokens)}

    def last(self, number: int, found: SolveEvent, text: str) -> Json:
        """Return the choice of that number, or its last piece, with `text` and all that is known at the end."""
        return {**choice(number, text, ended(found.answer)), "its": answers.its(found.answer, found.trace_id)}

    def logprobs(self, tokens: Sequence[AnswerToken], before: int = 0) -> Json | None:
        """Return the log-probabilities of tokens after `before` characters; None unless they were asked for."""
        return None if self.asked.logprobs is None else logprobs(tokens, before)

    def prompt(self, number: int) -> str:
        """Return the prompt that a choice gives back; empty when it doesn't."""
        return self.asked.prompt[number // self.asked.n] if self.asked.echo else ""

    def around(self, choices: list[Json], **more: object) -> Json:
        """Return the object that holds choices."""
        common = {"id": self.id, "object": "text_completion", "created": self.created, "model": self.asked.model}
        return {**common, "choices": choices, **more}


class CompletionChunks(Telling):
    """The chunks of one prompt's completion."""

    def __init__(self, completion: Completion, number: int) -> None:
        super().__init__()
        self._completion = completion
        self._number = number
        self.answer: Answer | None = None
        """The run's, once it is there."""
        self.failed = False

    def begin(self) -> bytes:
        return self._text(self._completion.prompt(self._number))

    def tell(self, happened: SolveEvent) -> bytes:
        if happened.HasField("committed"):
            return self._said(happened.committed.text, happened.committed.tokens)
        return self._end(happened) if happened.HasField("answer") else b""

    def fail(self, error: ApiError) -> bytes:
        self.failed = True
        return event(error.body())

    def _end(self, happened: SolveEvent) -> bytes:
        answer = happened.answer
        last = self._said(self.rest(answer, happened.trace_id), self.tokens_left(answer))
        self.ended, self.answer = True, answer
        return last + self._chunk(
            self._completion.last(self._number, happened, ""), system_fingerprint=answers.fingerprint(answer)
        )

    def _said(self, text: str, tokens: Sequence[AnswerToken]) -> bytes:
        """Return a piece of the answer with the log-probabilities of its own tokens, where there are any."""
        likely = self._completion.logprobs(tokens, len(self.said)) if tokens else None
        self.said += text
        self.tokens += len(tokens)
        return self._text(text, likely)

    def _text(self, text: str, likely: Json | None = None) -> bytes:
        return self._chunk({**choice(self._number, text, None), "logprobs": likely}) if text or likely else b""

    def _chunk(self, one: Json, **more: str) -> bytes:
        return event(orjson.dumps(self._completion.around([one], **more)))


def choice(number: int, text: str, finish_reason: str | None) -> Json:
    """Return a choice, or a piece of one."""
    return {"index": number, "text": text, "logprobs": None, "finish_reason": finish_reason}


def ended(answer: Answer) -> str:
    """Return why the text ended: stop, length or content_filter."""
    reason = answers.finish_reason(answer)
    return "stop" if reason == "tool_calls" else reason


def logprobs(tokens: Sequence[AnswerToken], before: int) -> Json:
    """Return the log-probabilities of tokens after `before` characters in the old form: lists side by side."""
    likely = content(tokens)
    return {
        "tokens": [token["token"] for token in likely],
        "token_logprobs": [token["logprob"] for token in likely],
        "top_logprobs": [{top["token"]: top["logprob"] for top in token["top_logprobs"]} for token in likely],
        "text_offset": [before + begin for begin in _begins([token.text for token in tokens])],
    }


def _begins(texts: Sequence[bytes]) -> list[int]:
    """Return in which character each text begins, the first one in character 0."""
    decoder = getincrementaldecoder("utf-8")(errors="replace")
    sizes = [len(decoder.decode(text)) for text in texts]
    return list(accumulate(sizes, initial=0))[: len(texts)]
