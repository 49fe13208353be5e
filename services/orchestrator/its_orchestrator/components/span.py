"""A span: what is spent on one item while a stage works on it."""

import time
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from its_orchestrator.ledger import Ledger


@dataclass(slots=True)
class Span:
    """Counts the calls of language models that are made inside of it."""

    calls: int = 0
    tokens: int = 0
    seconds: float = 0.0
    began: float = field(default_factory=time.monotonic)

    def spend(self, ledger: Ledger) -> None:
        """Count a call."""
        self.calls += 1
        self.tokens += ledger.completion_tokens


@contextmanager
def span() -> Generator[Span]:
    """Attribute what is spent inside the block, tasks that it starts included, to a span of its own."""
    here = Span()
    token = _SPAN.set(here)
    try:
        yield here
    finally:
        here.seconds = time.monotonic() - here.began
        _SPAN.reset(token)


def spent(ledger: Ledger) -> None:
    """Count a call in the span that it was made in."""
    if here := _SPAN.get():
        here.spend(ledger)


_SPAN: ContextVar[Span | None] = ContextVar("span", default=None)
