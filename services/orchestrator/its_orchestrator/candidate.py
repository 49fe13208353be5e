"""A candidate: one answer on its way, from the empty text to its end."""

from dataclasses import fields, replace
from enum import Enum
from operator import attrgetter
from typing import Any

from its_runtime.value import value


class StopReason(Enum):
    """Why the text of a candidate ended."""

    EOS = "eos"
    """The model ended the text itself."""
    STOP = "stop"
    """A stop text or stop token was met."""
    STEP = "step"
    """A step is complete; more may follow."""
    LENGTH = "length"
    """The most tokens allowed, or the context, are used up."""
    CANCELLED = "cancelled"
    """It was stopped from outside."""
    ERROR = "error"
    """It failed."""
    CONTENT_FILTER = "content_filter"
    """A content filter of the engine cut it off."""


ENDED = frozenset({StopReason.EOS, StopReason.STOP, StopReason.LENGTH, StopReason.CONTENT_FILTER})
"""Reasons after which a candidate never grows again."""
WHOLE = ENDED - {StopReason.LENGTH, StopReason.CONTENT_FILTER}
"""Reasons after which nothing is missing."""


@value
class Token:
    """What a token reads, how probable it was, and what else might have stood there."""

    text: bytes
    logprob: float
    top: tuple[tuple[bytes, float], ...] = ()
    """The most probable tokens in its place and their log-probabilities, best first."""

    def among(self, number: int) -> "Token":
        """Return it among `number` alternatives at most."""
        return replace(self, top=self.top[:number])


@value
class Step:
    """What a candidate grew by at once."""

    text: str
    """Its text, delimiter included."""
    size: int
    """How many of the candidate's token ids it holds; 0 where the generator reports none."""


@value
class Candidate:
    """One partial or complete answer. It never changes: what grows or scores it makes another one."""

    id: str
    parent_id: str = ""
    """The candidate it was forked from; empty for none."""
    text: str = ""
    steps: tuple[Step, ...] = ()
    """Joined, their texts are `text`. One alone where steps were not asked for."""
    token_ids: tuple[int, ...] = ()
    """Its tokens; empty where the generator reports none."""
    logprobs: tuple[float, ...] = ()
    """Log-probability of each token; empty unless asked for."""
    confidences: tuple[float, ...] = ()
    """Of each token, minus the mean log-probability of its most probable alternatives; empty unless asked for."""
    mean_logprob: float | None = None
    """What `lean` keeps of its log-probabilities: their mean; None where they weren't asked for, or are still here."""
    told: tuple[Token, ...] = ()
    """Each of its tokens; empty unless asked for."""
    tokens: int = 0
    """Tokens that were sampled for it, those of its ancestors included."""
    stop_reason: StopReason | None = None
    """Why it stands where it stands; None when it was not begun, or cut off."""
    score: float | None = None
    step_scores: tuple[float, ...] = ()
    votes: float | None = None
    answer: str | None = None
    """Its final answer, as votes compared it; None where it had none, or nobody voted."""
    weight: float | None = None
    sources: tuple[str, ...] = ()
    """Names of those that it was written from; empty for one that was sampled from the question alone."""
    cut_tokens: int = 0
    """Those of `tokens` that belong to a sequence which was stopped before its end."""

    @property
    def finished(self) -> bool:
        """Whether it never grows again."""
        return self.stop_reason in ENDED

    @property
    def confidence(self) -> float | None:
        """Mean log-probability of its tokens, 0 or less; None without log-probabilities."""
        return sum(self.logprobs) / len(self.logprobs) if self.logprobs else self.mean_logprob

    def scored(self, value: float, step_scores: tuple[float, ...] = ()) -> "Candidate":
        """Return it with a score."""
        return self.but(score=value, step_scores=step_scores)

    def voted(self, votes: float | None, answer: str | None) -> "Candidate":
        """Return it with the votes of its group, and the final answer by which it voted."""
        return self.but(votes=votes, answer=answer)

    def lean(self) -> "Candidate":
        """Return it without what is known of single tokens, as reports and traces keep it."""
        return self.but(token_ids=(), logprobs=(), mean_logprob=self.confidence, confidences=(), told=())

    def fork(self, name: str) -> "Candidate":
        """Return a copy called `name` that goes its own way."""
        return self.but(id=name, parent_id=self.id)

    def but(self, **changes: Any) -> "Candidate":  # noqa: ANN401  (any of its fields)
        """Return it with `changes`, as `dataclasses.replace` would in four times the time: this is done all along."""
        other = Candidate(*_values(self))
        for name, changed in changes.items():
            setattr(other, name, changed)  # nobody has seen it yet
        return other


_values = attrgetter(*(field.name for field in fields(Candidate)))


@value
class Choice:
    """What an algorithm decided."""

    chosen: Candidate | None
    """The answer; None when nothing can be one."""
    candidates: tuple[Candidate, ...]
    """Everything it considered, the chosen one included."""
    decided: bool = False
    """Whether it was sure before its budget ended."""
