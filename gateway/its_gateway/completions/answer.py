"""From the orchestrator's answers to a text completion, whole and in chunks."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import orjson

from its.orchestrator.v1.answer_pb2 import Answer
from its.orchestrator.v1.event_pb2 import SolveEvent
from its_gateway import answer as answers
from its_gateway.completions.schema import CompletionRequest
from its_gateway.errors import ApiError
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
        return orjson.dumps(self.around(choices, usage=usage([one.answer for one in found])))

    def choice(self, number: int, found: SolveEvent) -> Json:
        """Return the choice that continues the prompt of that number."""
        said = self.prompt(number) + answers.text(found.answer)
        return {**choice(number, said, ended(found.answer)), "its": answers.its(found.answer, found.trace_id)}

    def prompt(self, number: int) -> str:
        """Return the prompt that is given back; empty when it isn't."""
        return self.asked.prompt[number] if self.asked.echo else ""

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

    def begin(self) -> bytes:
        return self._text(self._completion.prompt(self._number))

    def tell(self, happened: SolveEvent) -> bytes:
        if happened.HasField("committed"):
            self.said += happened.committed.text
            return self._text(happened.committed.text)
        return self._end(happened.answer, happened.trace_id) if happened.HasField("answer") else b""

    def fail(self, error: ApiError) -> bytes:
        return event(error.body())

    def _end(self, answer: Answer, trace_id: str) -> bytes:
        rest = self._text(self.rest(answer, trace_id))
        self.ended, self.answer = True, answer
        its = answers.its(answer, trace_id)
        return rest + self._chunk({**choice(self._number, "", ended(answer)), "its": its})

    def _text(self, text: str) -> bytes:
        return self._chunk(choice(self._number, text, None)) if text else b""

    def _chunk(self, one: Json) -> bytes:
        return event(orjson.dumps(self._completion.around([one])))


def choice(number: int, text: str, finish_reason: str | None) -> Json:
    """Return a choice, or a piece of one."""
    return {"index": number, "text": text, "logprobs": None, "finish_reason": finish_reason}


def ended(answer: Answer) -> str:
    """Return why the text ended: stop or length."""
    return "length" if answers.finish_reason(answer) == "length" else "stop"


def usage(found: Sequence[Answer]) -> Json:
    """Return the usage of all of them together."""
    each = [answers.usage(answer) for answer in found]
    return _sum(each)


def _sum(each: Sequence[Mapping[str, Any]]) -> Json:
    return {
        name: _sum([one[name] for one in each]) if isinstance(value, Mapping) else sum(one[name] for one in each)
        for name, value in each[0].items()
    }
