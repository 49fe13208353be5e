"""A job: what is to be run of a workflow, and on which terms."""

from dataclasses import dataclass, field
from typing import Any

from its_orchestrator import seeds
from its_orchestrator.budget import NO_LIMIT, Budget, StoppedBy
from its_orchestrator.events import Event
from its_orchestrator.ledger import Ledger
from its_orchestrator.prompt import Prompt


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms something runs."""

    request_id: str
    budget: Budget = NO_LIMIT
    seed: int = field(default_factory=seeds.draw)
    seconds: float | None = None
    """How long the caller will wait; None for ever."""
    tenant: str = ""
    priority: int = 1
    """The tenant's share of the services where several wait."""
    charged: bool = False
    """Whether somebody pays for what is spent, so that it has to be known of a run that is left, too."""
    wanted: frozenset[type] = frozenset()
    """The kinds of events that somebody wants to hear of."""


@dataclass(frozen=True, slots=True)
class Call:
    """A function to call."""

    function: str
    input: Any
    """JSON values, or a Conversation in their place."""
    terms: Terms


@dataclass(frozen=True, slots=True)
class Stage:
    """One strategy of a pipeline that a request brings."""

    type: str
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Passage:
    """A pipeline to run."""

    stages: tuple[Stage, ...]
    prompt: Prompt
    terms: Terms


@dataclass(frozen=True, slots=True)
class Output:
    """What came of a job."""

    value: Any
    """In its own type."""
    plain: Any
    """As JSON values."""
    ledger: Ledger
    seed: int
    trace_id: str
    stopped_by: StoppedBy


Told = Event | Output
"""What a running job tells: events, and last its output."""
