"""A chat completion as a stream of OpenAI's chunks: a role, progress if wanted, committed text, the end."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

import orjson

from its.orchestrator.v1.answer_pb2 import Answer, AnswerToken
from its.orchestrator.v1.event_pb2 import SolveEvent
from its_gateway import answer as answers
from its_gateway.chat.completion import Completion, Json
from its_gateway.errors import ApiError, from_its
from its_gateway.front import Events
from its_gateway.heartbeat import Timing
from its_gateway.progress import describe
from its_gateway.several import side_by_side
from its_gateway.sse import DONE, event
from its_gateway.telling import Telling
from its_runtime.errors import ItsError


class Chunks(Telling):
    """The chunks of one choice."""

    def __init__(self, completion: Completion, number: int) -> None:
        super().__init__()
        self.answer: Answer | None = None
        """The run's, once it is there."""
        self.failed = False
        self._completion = completion
        self._number = number

    @property
    def role(self) -> bytes:
        """What comes first of all, of every choice in their order: the SDKs count choices as they meet them."""
        return self._chunk({"role": "assistant", "content": ""})

    def begin(self) -> bytes:
        return b""

    def tell(self, happened: SolveEvent) -> bytes:
        if happened.HasField("committed"):
            return self._text(happened.committed.text, happened.committed.tokens)
        if happened.HasField("answer"):
            return self._end(happened)
        told = describe(happened) if self._completion.asked.its.progress else ""
        return self._progress(happened, told) if told else b""

    def fail(self, error: ApiError) -> bytes:
        self.failed = True
        return event(error.body())

    def _progress(self, happened: SolveEvent, told: str) -> bytes:
        """Return what happened; that a run began comes with the id under which it can be watched."""
        named = {"its": {"trace_id": happened.trace_id}} if happened.HasField("started") else {}
        return chunk(self._completion, [self._choice({"reasoning_content": told})], **named)

    def _text(self, text: str, tokens: Sequence[AnswerToken]) -> bytes:
        """Return a piece of the answer with the log-probabilities of its own tokens, where there are any."""
        self.said += text
        self.tokens += len(tokens)
        likely = self._completion.logprobs(tokens) if tokens else None
        return self._chunk({"content": text}, likely) if text or likely else b""

    def _end(self, happened: SolveEvent) -> bytes:
        answer = happened.answer
        rest = self.rest(answer, happened.trace_id)
        self.ended, self.answer = True, answer
        last = self._text(rest, self.tokens_left(answer))
        return b"".join((last, self._instead(answer), self._finish(happened)))

    def _instead(self, answer: Answer) -> bytes:
        """Return what there is besides text, or in its place."""
        refusal = self._chunk({"refusal": answer.refusal}) if answer.refusal else b""
        calls = answers.tool_calls(answer, self._completion.most_calls)
        numbered = [{"index": place, **call} for place, call in enumerate(calls)]
        return refusal + (self._chunk({"tool_calls": numbered}) if numbered else b"")

    def _finish(self, happened: SolveEvent) -> bytes:
        answer, completion = happened.answer, self._completion
        last = self._choice({}, answers.finish_reason(answer), **completion.among(happened))
        figures = {"system_fingerprint": answers.fingerprint(answer), **completion.alone(happened)}
        return chunk(completion, [last], **figures)

    def _chunk(self, delta: Json, logprobs: Json | None = None) -> bytes:
        return chunk(self._completion, [self._choice(delta, logprobs=logprobs)])

    def _choice(self, delta: Json, finish_reason: str | None = None, **more: object) -> Json:
        return {"index": self._number, "delta": delta, "logprobs": None, "finish_reason": finish_reason, **more}


async def stream(
    completion: Completion, chunks: Sequence[Chunks], runs: Sequence[Events], timing: Timing
) -> AsyncGenerator[bytes, None]:
    """Yield the chunks of all choices as they come, the usage where it was asked for, and what ends the stream.

    An error before the first piece is raised, so that it becomes a status; the first one after it ends the stream.
    """
    pieces = _together(chunks, [one.of(run, timing) for one, run in zip(chunks, runs, strict=True)])
    async with aclosing(pieces):
        first = await anext(pieces)
        yield b"".join([one.role for one in chunks]) + first
        try:
            async for piece in pieces:
                if piece:
                    yield piece
        except ItsError as error:
            yield event(from_its(error).body())
        except ApiError as error:
            yield event(error.body())
    found = [one.answer for one in chunks if one.answer]
    if _wants_usage(completion) and len(found) == len(chunks):
        yield chunk(completion, [], usage=answers.usage(*found))
    yield DONE


async def _together(
    chunks: Sequence[Chunks], pieces: Sequence[AsyncGenerator[bytes, None]]
) -> AsyncGenerator[bytes, None]:
    if len(pieces) == 1:
        async with aclosing(pieces[0]) as alone:
            async for piece in alone:
                yield piece
        return
    async with aclosing(side_by_side(pieces)) as several:
        async for number, piece in several:
            yield piece
            if chunks[number].failed:
                return


def chunk(completion: Completion, choices: Sequence[Json], **more: object) -> bytes:
    """Return a chunk with these choices; where the usage was asked for, every chunk has the field."""
    common = completion.common("chat.completion.chunk")
    usage = {"usage": None} if _wants_usage(completion) else {}
    return event(orjson.dumps({**common, "choices": choices, **usage, **more}))


def _wants_usage(completion: Completion) -> bool:
    options = completion.asked.stream_options
    return options is not None and options.include_usage
