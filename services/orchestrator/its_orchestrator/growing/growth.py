"""A growth: a candidate while its next tokens arrive."""

from collections.abc import Callable, Sequence

from its_orchestrator.candidate import Candidate, Step, StopReason, Token
from its_orchestrator.engines import Delta, End
from its_orchestrator.question import Question

Doubt = Callable[[Sequence[float]], bool]
"""Tells from the confidences of a growth's tokens so far whether to stop it."""


class Growth:
    """Collects the pieces of one sequence, over several calls where one doesn't suffice."""

    def __init__(
        self,
        start: Candidate,
        room: int | None,
        doubt: Doubt | None = None,
        question: Question | None = None,
        *,
        apart: bool = False,
    ) -> None:
        """Grow `start` by at most `room` tokens; None for as many as the context holds.

        It answers `question`; None for the request's own. `apart`, what it draws depends on nothing but its name:
        otherwise those of one call that continue the same prefix share a branch and its seed.
        """
        self.start = start
        self.room = room
        self.doubt = doubt
        self.question = question
        self.apart = apart
        self.part = 0
        """Calls that it took so far: part of its seed."""
        self.ended = False
        """Whether its current call has reported its end."""
        self._steps: list[Step] = []
        self._stepped = 0
        self._texts: list[str] = []
        self._token_ids: list[int] = []
        self._logprobs: list[float] = []
        self._confidences: list[float] = []
        self._told: list[Token] = []
        self._tokens = 0
        self._cut = 0
        self._received = 0

    @property
    def text(self) -> str:
        """All its text, the start's included."""
        return "".join([self.start.text, *[step.text for step in self._steps], *self._texts])

    @property
    def token_ids(self) -> tuple[int, ...]:
        """All its token ids, the start's included."""
        return (*self.start.token_ids, *self._token_ids)

    @property
    def tokens(self) -> int:
        """Tokens that it has from earlier calls, the start's included."""
        return self.start.tokens + self._tokens

    @property
    def received(self) -> int:
        """Tokens that arrived in the current call."""
        return self._received

    @property
    def begun(self) -> bool:
        """Whether anything arrived at all."""
        return bool(self._texts or self._steps)

    @property
    def doubted(self) -> bool:
        """Whether it isn't worth its next tokens."""
        return not self.ended and self.doubt is not None and self.doubt(self._confidences)

    def add(self, delta: Delta) -> None:
        """Take what arrived."""
        self._texts.append(delta.text)
        self._token_ids.extend(delta.token_ids)
        self._logprobs.extend(delta.logprobs)
        self._confidences.extend(delta.confidences)
        self._told.extend(delta.told)
        self._received += len(delta.token_ids)
        if delta.completes_step:
            self._steps.append(self._open_step())
            self._stepped = len(self._token_ids)
            self._texts = []

    def carry_on(self, tokens: int, *, cut: bool = False) -> None:
        """Prepare for another call; the last one sampled `tokens` for it, `cut` where it broke off."""
        self._tokens += tokens
        self._cut += tokens if cut else 0
        self.room = None if self.room is None else self.room - tokens
        self.part += 1
        self._received = 0
        self.ended = False

    def reset(self) -> None:
        """Forget what the broken call brought, to begin anew."""
        self._steps, self._texts, self._token_ids, self._logprobs, self._confidences = [], [], [], [], []
        self._told = []
        self._stepped = 0
        self._received = 0
        self.part += 1
        self.ended = False

    def done(self, end: End) -> Candidate:
        """Return the candidate as it ended."""
        if end.reason is StopReason.CANCELLED:
            return self.cut()
        return self._grown(end.reason, self._tokens + end.tokens, self._cut)

    def cut(self) -> Candidate:
        """Return the candidate with what arrived before it was cut off."""
        return self._grown(None, self._tokens + self._received, self._cut + self._received)

    def _grown(self, reason: StopReason | None, tokens: int, cut: int) -> Candidate:
        start = self.start
        return Candidate(
            id=start.id,
            parent_id=start.parent_id,
            text=self.text,
            steps=self._all_steps(),
            token_ids=self.token_ids,
            logprobs=(*start.logprobs, *self._logprobs),
            confidences=(*start.confidences, *self._confidences),
            told=(*start.told, *self._told),
            tokens=start.tokens + tokens,
            stop_reason=reason,
            score=start.score,
            step_scores=start.step_scores,
            sources=start.sources,
            cut_tokens=start.cut_tokens + cut,
        )

    def _open_step(self) -> Step:
        return Step("".join(self._texts), len(self._token_ids) - self._stepped)

    def _all_steps(self) -> tuple[Step, ...]:
        steps, last = (*self.start.steps, *self._steps), self._open_step()
        if last.text or not steps:
            return (*steps, last) if last.text or last.size else steps
        # An end of sequence alone is no step to judge: it belongs to the one before.
        return (*steps[:-1], Step(steps[-1].text, steps[-1].size + last.size))
