"""A chat completion as a stream of OpenAI's chunks: a role, progress if wanted, committed text, the end."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

import orjson
import structlog

from its.orchestrator.v1.answer_pb2 import Answer
from its.orchestrator.v1.event_pb2 import SolveEvent
from its_gateway import answer as answers
from its_gateway.errors import from_its
from its_gateway.heartbeat import Heartbeats
from its_gateway.progress import describe
from its_gateway.sse import DONE, KEEP_ALIVE, event
from its_runtime.errors import Internal, ItsError

_log = structlog.get_logger("its.gateway")


@dataclass(frozen=True, slots=True)
class Timing:
    """How patient a stream is."""

    status_seconds: float
    """How long an error still becomes an HTTP status, while nothing was sent."""
    keep_alive_seconds: float
    """After how much silence a comment is sent."""


@dataclass(slots=True)
class Chunks:
    """One stream of chunks: what they have in common, and the text that was sent."""

    id: str
    created: int
    model: str
    progress: bool
    """Whether to tell what happens as `reasoning_content`."""
    include_usage: bool
    """Whether a chunk with the usage comes last."""
    sent: str = field(default="", init=False)
    answered: bool = field(default=False, init=False)

    async def of(self, events: AsyncGenerator[SolveEvent, None], timing: Timing) -> AsyncGenerator[bytes, None]:
        """Yield the stream's pieces, a comment wherever it is silent.

        An error before the first piece is raised; one after it is an event of the stream, which then ends.
        """
        heart = Heartbeats(events, timing.status_seconds)
        async with aclosing(heart.beats()) as beats:
            opening = await self._opening(beats)
            yield self._chunk({"role": "assistant", "content": ""}) + opening
            heart.patience = timing.keep_alive_seconds
            try:
                async for beat in beats:
                    if piece := self._piece(beat) if beat else KEEP_ALIVE:
                        yield piece
                self._check_end()
            except ItsError as error:
                yield event(from_its(error).body())
            yield DONE

    async def _opening(self, beats: AsyncGenerator[SolveEvent | None, None]) -> bytes:
        """Return what can be said when it is likely that the request is not refused, or patience ends.

        That a run began tells nothing yet: the generator has still to look at the prompt.
        """
        opening = b""
        async for beat in beats:
            opening += self._piece(beat) if beat else b""
            if beat is None or not beat.HasField("started"):
                break
        return opening

    def _check_end(self) -> None:
        if not self.answered:
            raise Internal("the run ended without an answer")

    def _piece(self, happened: SolveEvent) -> bytes:
        if happened.HasField("committed"):
            return self._text(happened.committed.text)
        if happened.HasField("answer"):
            return self._end(happened.answer, happened.trace_id)
        told = describe(happened) if self.progress else ""
        return self._chunk({"reasoning_content": told}) if told else b""

    def _text(self, text: str) -> bytes:
        self.sent += text
        return self._chunk({"content": text}) if text else b""

    def _end(self, answer: Answer, trace_id: str) -> bytes:
        self.answered = True
        said = answers.text(answer)
        if not said.startswith(self.sent):
            _log.error("committed text was taken back", trace_id=trace_id)
            raise Internal("the answer does not begin with the text that was committed before")
        pieces = [self._text(said.removeprefix(self.sent)), self._calls(answer), self._finish(answer, trace_id)]
        return b"".join(pieces) + (self._usage(answer) if self.include_usage else b"")

    def _calls(self, answer: Answer) -> bytes:
        calls = [{"index": i, **answers.tool_call(call)} for i, call in enumerate(answer.message.tool_calls)]
        return self._chunk({"tool_calls": calls}) if calls else b""

    def _finish(self, answer: Answer, trace_id: str) -> bytes:
        return self._chunk(
            {},
            finish_reason=answers.finish_reason(answer),
            system_fingerprint=answers.fingerprint(answer.model),
            its=answers.its(answer, trace_id),
        )

    def _usage(self, answer: Answer) -> bytes:
        return self._event(choices=[], usage=answers.usage(answer))

    def _chunk(self, delta: dict[str, Any], finish_reason: str | None = None, **more: object) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        return self._event(choices=[choice], **({"usage": None} if self.include_usage else {}), **more)

    def _event(self, **fields: object) -> bytes:
        common = {"id": self.id, "object": "chat.completion.chunk", "created": self.created, "model": self.model}
        return event(orjson.dumps({**common, **fields}))
