"""From the orchestrator's answers to a chat completion: one choice a run."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import orjson

from its.orchestrator.v1.answer_pb2 import AnswerToken
from its.orchestrator.v1.event_pb2 import SolveEvent
from its_gateway import answer as answers
from its_gateway import logprobs
from its_gateway.schema import ChatRequest

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Completion:
    """What was asked, and what all pieces of the completion have in common."""

    asked: ChatRequest
    id: str = field(default_factory=lambda: f"chatcmpl-{uuid4().hex}")
    created: int = field(default_factory=lambda: int(time.time()))

    def whole(self, found: Sequence[SolveEvent]) -> bytes:
        """Return the completion of all runs, in their order."""
        each = [one.answer for one in found]
        figures = {"usage": answers.usage(*each), "system_fingerprint": answers.fingerprint(each[0])}
        choices = [self.choice(number, one) for number, one in enumerate(found)]
        return orjson.dumps({**self.common("chat.completion"), "choices": choices, **figures, **self.alone(found[0])})

    def choice(self, number: int, found: SolveEvent) -> Json:
        """Return the choice of that number."""
        answer = found.answer
        return {
            "index": number,
            "message": answers.message(answer, self.most_calls),
            "logprobs": self.logprobs(answer.tokens),
            "finish_reason": answers.finish_reason(answer),
            **self.among(found),
        }

    def logprobs(self, tokens: Sequence[AnswerToken]) -> Json | None:
        """Return the log-probabilities of tokens of the answer; None unless they were asked for."""
        return {"content": logprobs.content(tokens), "refusal": None} if self.asked.logprobs else None

    @property
    def most_calls(self) -> int | None:
        """How many tools one message may call; None for any number."""
        return None if self.asked.parallel_tool_calls else 1

    def alone(self, found: SolveEvent) -> Json:
        """Return our block where there is one choice: it stands beside the choices then."""
        return self._its(found) if self.asked.n == 1 else {}

    def among(self, found: SolveEvent) -> Json:
        """Return our block where there are several choices: each has its own then."""
        return self._its(found) if self.asked.n > 1 else {}

    def _its(self, found: SolveEvent) -> Json:
        return {} if self.asked.return_response_only else {"its": answers.its(found.answer, found.trace_id)}

    def common(self, kind: str) -> Json:
        """Return what an object of that kind begins with."""
        return {"id": self.id, "object": kind, "created": self.created, "model": self.asked.model}
