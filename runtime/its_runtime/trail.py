"""The trail of a call: what it carries from process to process, and what is noted of it on the way.

A request's id and its place in a trace (W3C Trace Context) travel as metadata: `Call.received` reads them, and
`outgoing` gives them to the calls that are made meanwhile, by whatever task.
"""

from collections.abc import Generator, Iterable
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

Fact = str | int | float
Metadata = tuple[tuple[str, str], ...]

REQUEST_ID = "x-request-id"
CARRIED = frozenset({REQUEST_ID, "traceparent", "tracestate"})
LONGEST = 256
"""Characters of what is carried; more is cut off."""


@dataclass(slots=True)
class Call:
    """A call while it runs."""

    carried: Metadata = ()
    """What calls made for it carry."""
    facts: dict[str, Fact] = field(default_factory=dict[str, Fact])
    """What was noted of it: a model's name, counts of tokens; never what was said."""

    @classmethod
    def received(cls, metadata: Iterable[tuple[str, str | bytes]]) -> "Call":
        """Return the call that came with `metadata`."""
        return cls(tuple((name, str(value)[:LONGEST]) for name, value in metadata if name in CARRIED))

    @property
    def request_id(self) -> str:
        """The id that the client chose, or was given, and sees; empty where there is none."""
        return next((value for name, value in self.carried if name == REQUEST_ID), "")


_current: ContextVar[Call | None] = ContextVar("its_call", default=None)


def current() -> Call | None:
    """Return the call that this task works for."""
    return _current.get()


def outgoing() -> Metadata:
    """Return the metadata for a call that is made for the current one."""
    call = _current.get()
    return call.carried if call else ()


def note(**facts: Fact) -> None:
    """Note facts of the current call; later ones replace earlier ones of the same name."""
    if call := _current.get():
        call.facts.update(facts)


def count(**numbers: float) -> None:
    """Add numbers to those that were noted of the current call."""
    if call := _current.get():
        for name, number in numbers.items():
            before = call.facts.get(name, 0)
            call.facts[name] = number + before if isinstance(before, int | float) else number


@contextmanager
def entered(call: Call) -> Generator[None, None, None]:
    """Make `call` the current one inside the block, and for tasks that are started there."""
    token = _current.set(call)
    try:
        yield
    finally:
        _current.reset(token)
