"""A response as a stream of typed events: items are added, grow and are done, each event with its number."""

from collections.abc import Sequence
from typing import Any

import orjson

from its.orchestrator.v1.answer_pb2 import Answer, AnswerToken
from its.orchestrator.v1.event_pb2 import SolveEvent
from its_gateway import logprobs
from its_gateway.errors import ApiError
from its_gateway.progress import describe
from its_gateway.responses.answer import Json, Reply, part
from its_gateway.telling import Telling


class ResponseEvents(Telling):
    """The events of one response. What is told of the search ends where the answer's text begins."""

    def __init__(self, reply: Reply) -> None:
        super().__init__()
        self._reply = reply
        self._numbers = 0
        self._items = 0
        """Items that were added."""
        self._told = ""
        self._telling = reply.asked.wants_telling
        self._speaking = False

    def begin(self) -> bytes:
        begun = self._reply.begun()
        return self._event("created", response=begun) + self._event("in_progress", response=begun)

    def tell(self, happened: SolveEvent) -> bytes:
        if happened.HasField("committed"):
            return self._speak(happened.committed.text, happened.committed.tokens)
        if happened.HasField("answer"):
            return self._end(happened.answer, happened.trace_id)
        told = describe(happened) if self._telling else ""
        return self._tell(told) if told else b""

    def fail(self, error: ApiError) -> bytes:
        return self._event("failed", response=self._reply.failed(error))

    def _tell(self, told: str) -> bytes:
        opening = b"" if self._told else self._add(self._reply.reasoning(None)) + self._summary("part.added", "")
        self._told += told
        return opening + self._summary("text.delta", told)

    def _speak(self, text: str, tokens: Sequence[AnswerToken]) -> bytes:
        if not text:
            return b""
        opening = b"" if self._speaking else self._begin_speaking()
        self.said += text
        self.tokens += len(tokens)
        likely = logprobs.content(tokens) if self._reply.asked.wants_logprobs else []
        return opening + self._text("output_text.delta", delta=text, logprobs=likely)

    def _begin_speaking(self, kind: str = "output_text") -> bytes:
        done = self._done_telling()
        self._speaking = True
        added = self._add(self._reply.message(None, "in_progress"))
        empty = part("") if kind == "output_text" else {"type": kind, "refusal": ""}
        return done + added + self._text("content_part.added", part=empty)

    def _done_telling(self) -> bytes:
        self._telling = False
        if not self._told:
            return b""
        done = self._summary("text.done", self._told) + self._summary("part.done", self._told)
        return done + self._done(self._reply.reasoning(self._told))

    def _end(self, answer: Answer, trace_id: str) -> bytes:
        self.ended = True
        pieces = [self._speak(self.rest(answer, trace_id), self.tokens_left(answer))]
        if not self._speaking:
            pieces.append(self._done_telling())
        response = self._reply.answered(answer, trace_id, self._told)
        for item in response["output"]:
            if item["type"] == "message":
                pieces.append(self._said(item))
            elif item["type"] == "function_call":
                pieces.append(self._called(item))
        return b"".join([*pieces, self._event(response["status"], response=response)])

    def _said(self, message: Json) -> bytes:
        whole = message["content"][0]
        opening = b"" if self._speaking else self._begin_speaking(whole["type"])
        grown = self._grown(whole)
        return opening + grown + self._text("content_part.done", part=whole) + self._done(message)

    def _grown(self, whole: Json) -> bytes:
        if whole["type"] == "output_text":
            return self._text("output_text.done", text=self.said, logprobs=whole["logprobs"])
        delta = self._text("refusal.delta", delta=whole["refusal"])
        return delta + self._text("refusal.done", refusal=whole["refusal"])

    def _called(self, call: Json) -> bytes:
        added = self._add({**call, "arguments": "", "status": "in_progress"})
        place = {"item_id": call["id"], "output_index": self._items - 1}
        arguments = call["arguments"]
        delta = self._event("function_call_arguments.delta", **place, delta=arguments)
        done = self._event("function_call_arguments.done", **place, arguments=arguments, name=call["name"])
        return added + delta + done + self._done(call)

    def _add(self, item: Json) -> bytes:
        self._items += 1
        return self._event("output_item.added", output_index=self._items - 1, item=item)

    def _done(self, item: Json) -> bytes:
        return self._event("output_item.done", output_index=self._items - 1, item=item)

    def _text(self, kind: str, **more: Any) -> bytes:  # noqa: ANN401  (JSON)
        message = self._reply.message(None, "in_progress")["id"]
        return self._event(kind, item_id=message, output_index=self._items - 1, content_index=0, **more)

    def _summary(self, kind: str, text: str) -> bytes:
        whole = {"part": {"type": "summary_text", "text": text}}
        said = {"text.delta": {"delta": text}, "text.done": {"text": text}}.get(kind, whole)
        place = {"item_id": self._reply.reasoning(None)["id"], "output_index": self._items - 1, "summary_index": 0}
        return self._event(f"reasoning_summary_{kind}", **place, **said)

    def _event(self, kind: str, **fields: Any) -> bytes:  # noqa: ANN401  (JSON)
        numbered = {"type": f"response.{kind}", "sequence_number": self._numbers, **fields}
        self._numbers += 1
        return f"event: response.{kind}\n".encode() + b"data: " + orjson.dumps(numbered) + b"\n\n"
