"""A trace: one run, whose it is, since when it goes on, and what happened in it."""

import time
from dataclasses import dataclass, field, replace
from enum import Enum

from its_orchestrator.limits.recorder import Recorder
from its_orchestrator.prompt import Prompt


class State(Enum):
    """How far a run is."""

    RUNNING = "running"
    ANSWERED = "answered"
    FAILED = "failed"
    CANCELLED = "cancelled"
    """Its caller left."""


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a run before it begins."""

    request_id: str
    tenant: str = ""
    prompt: Prompt | None = None
    """What was asked; None where that isn't kept."""

    def discreet(self) -> "About":
        """Return it without what was asked."""
        return replace(self, prompt=None)


@dataclass(slots=True)
class Trace:
    """A run that goes on, or has ended."""

    about: About
    recorder: Recorder
    began: float = field(default_factory=time.time)
    """Seconds since 1970."""
    state: State = State.RUNNING
    error: str = ""
    """Why it failed; empty unless it did."""
    took: float | None = None
    """Wall seconds; None while it runs."""

    @property
    def seconds(self) -> float:
        """Wall seconds until now, or until its end."""
        return self.recorder.seconds if self.took is None else self.took

    def end(self, state: State, error: str = "") -> None:
        """Note how the run ended."""
        self.state, self.error, self.took = state, error, self.recorder.seconds
