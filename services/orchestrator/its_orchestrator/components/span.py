"""A span: what is spent on one item while a stage works on it, and its share of the run's tokens."""

import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from itertools import count


@dataclass(slots=True)
class Span:
    """Counts the calls of language models that are made inside of it, those of spans inside included."""

    share: int | None = None
    """Completion tokens that may be spent on it; None without a limit."""
    outer: "Span | None" = None
    path: str = ""
    """Which attempt it is, in the same words however fast others are; empty outside of any."""
    turns: Iterator[int] = field(default_factory=count)
    """Numbers of the passes of pipelines inside of it."""
    calls: int = 0
    tokens: int = 0
    seconds: float = 0.0
    began: float = field(default_factory=time.monotonic)

    @property
    def left(self) -> int | None:
        """Completion tokens that may still be spent; None without a limit."""
        return None if self.share is None else max(0, self.share - self.tokens)

    def spend(self, *, calls: int = 0, tokens: int = 0) -> None:
        """Count calls that began, and completion tokens as they become known."""
        self.calls += calls
        self.tokens += tokens
        if self.outer:
            self.outer.spend(calls=calls, tokens=tokens)


@contextmanager
def span(share: int | None = None, path: str = "") -> Generator[Span]:
    """Attribute what is spent inside the block, tasks that it starts included, to a span with a share of the tokens."""
    here = Span(share, _SPAN.get(), path)
    token = _SPAN.set(here)
    try:
        yield here
    finally:
        here.seconds = time.monotonic() - here.began
        _SPAN.reset(token)


def current() -> Span:
    """Return the span that this is done in; one by itself outside of any."""
    return _SPAN.get() or Span()


def within_share(left: int | None) -> int | None:
    """Return how many of the `left` tokens of a run may be spent here; None for a run without a limit."""
    shares = [one for one in (left, current().left) if one is not None]
    return min(shares, default=None)


_SPAN: ContextVar[Span | None] = ContextVar("span", default=None)
