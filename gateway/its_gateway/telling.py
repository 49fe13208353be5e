"""A run, told as a stream of server-sent events while it happens; each protocol has words of its own for it."""

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing

import structlog

from its.orchestrator.v1.answer_pb2 import Answer, AnswerToken
from its.orchestrator.v1.event_pb2 import SolveEvent
from its_gateway import answer as answers
from its_gateway.errors import ApiError, from_its
from its_gateway.heartbeat import Heartbeats, Timing
from its_gateway.sse import KEEP_ALIVE
from its_runtime.errors import Internal, ItsError

_OPEN = frozenset({"started", "note", "failure"})
"""What happens both in runs that answer and in runs that are refused."""

_log = structlog.get_logger("its.gateway")


class Telling(ABC):
    """One stream: what was said of the answer, and whether it ended."""

    def __init__(self) -> None:
        self.said: str = ""
        """The text that was sent; it is never taken back."""
        self.tokens = 0
        """Those of it whose log-probabilities were sent."""
        self.ended = False

    @abstractmethod
    def begin(self) -> bytes:
        """Return what comes first."""

    @abstractmethod
    def tell(self, happened: SolveEvent) -> bytes:
        """Return what is to be said of what happened; empty for nothing."""

    @abstractmethod
    def fail(self, error: ApiError) -> bytes:
        """Return how a stream ends that can't end well."""

    async def of(self, events: AsyncGenerator[SolveEvent, None], timing: Timing) -> AsyncGenerator[bytes, None]:
        """Yield the stream's pieces, a comment wherever it is silent.

        An error before the first piece is raised, so that it becomes a status; one after it ends the stream.
        """
        heart = Heartbeats(events, timing.status_seconds)
        async with aclosing(heart.beats()) as beats:
            opening = await _opening(beats, timing.decided)
            yield self.begin() + b"".join(map(self.tell, opening))
            heart.patience = timing.keep_alive_seconds
            try:
                async for beat in beats:
                    if piece := self.tell(beat) if beat else KEEP_ALIVE:
                        yield piece
                if not self.ended:
                    raise Internal("the run ended without an answer")
            except (ItsError, ApiError) as error:
                yield self.fail(error if isinstance(error, ApiError) else from_its(error))

    def rest(self, answer: Answer, trace_id: str) -> str:
        """Return what is still to be said of the answer's text. Raises Internal where that would take words back."""
        text = answers.text(answer)
        if not text.startswith(self.said):
            _log.error("committed text was taken back", trace_id=trace_id)
            raise Internal("the answer does not begin with the text that was committed before")
        return text.removeprefix(self.said)

    def tokens_left(self, answer: Answer) -> Sequence[AnswerToken]:
        """Return the tokens of what is still to be said."""
        return list(answer.tokens)[self.tokens :]


async def _opening(beats: AsyncGenerator[SolveEvent | None, None], decided: Callable[[], bool]) -> list[SolveEvent]:
    """Return what happens until it is likely that the request is not refused, or patience ends once it is let in.

    That a run began tells nothing yet: the generator has still to look at the prompt. Nor does a failure: where all
    that is tried fails, that is the answer.
    """
    opening: list[SolveEvent] = []
    async for beat in beats:
        if beat is not None:
            opening.append(beat)
        if decided() if beat is None else beat.WhichOneof("kind") not in _OPEN:
            break
    return opening
