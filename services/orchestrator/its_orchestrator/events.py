"""Events: what happens during a run, in the order in which it happens."""

from collections.abc import Sequence

from its_orchestrator.budget import Budget, StoppedBy
from its_orchestrator.candidate import Candidate, StopReason, Token
from its_orchestrator.engines import Identity
from its_orchestrator.ledger import Ledger
from its_orchestrator.tool_calls import Spoken
from its_runtime.value import value


@value
class RunStarted:
    """The run began."""

    algorithm: str
    model: str
    reward_model: str
    budget: Budget
    seed: int


@value
class Progress:
    """How far the run is."""

    rounds: int
    live: int
    ended: int
    best_score: float | None
    ledger: Ledger


@value
class StepEnded:
    """A candidate grew by a step."""

    candidate_id: str
    step: int
    text: str
    tokens: int


@value
class CandidateScored:
    """A candidate was scored."""

    candidate_id: str
    score: float
    step_scores: tuple[float, ...]


@value
class Resampled:
    """Candidates were dropped and others forked."""

    survivors: tuple[tuple[str, str], ...]
    """Id of each candidate after it, and of the candidate that it continues: itself, or the one it was forked from."""
    dropped: tuple[str, ...]
    effective_sample_size: float | None = None
    expected: tuple[tuple[str, float], ...] = ()
    """Id of each candidate before it, and how often it was to go on before chance had its say; empty where no rule
    says so."""

    @classmethod
    def between(
        cls,
        before: Sequence[Candidate],
        after: Sequence[Candidate],
        effective_sample_size: float | None = None,
        expected: Sequence[float] = (),
    ) -> "Resampled":
        """Return how `after`, members of `before` and forks of them, came from it.

        `expected` tells how often each of `before` was to go on.
        """
        names = {one.id for one in before}
        survivors = tuple((one.id, one.id if one.id in names else one.parent_id) for one in after)
        continued = {parent for _, parent in survivors}
        dropped = tuple(one.id for one in before if one.id not in continued)
        shares = zip((one.id for one in before), expected, strict=True) if expected else ()
        return cls(survivors, dropped, effective_sample_size, tuple(shares))


@value
class CandidateEnded:
    """A candidate ended."""

    candidate_id: str
    stop_reason: StopReason | None
    tokens: int
    text: str


@value
class TextCommitted:
    """Text of the answer that will not be taken back."""

    text: str
    tokens: tuple[Token, ...] = ()
    """Those that make it; empty unless asked for."""


@value
class FailureNoted:
    """Something went wrong that the run survived."""

    message: str
    candidate_id: str = ""


@value
class Note:
    """Something worth knowing."""

    message: str


@value
class Answer:
    """The outcome."""

    algorithm: str
    parameters: str
    """The algorithm's parameters as a JSON object, defaults included."""
    budget: Budget
    chosen: Candidate
    candidates: tuple[Candidate, ...]
    """Everything that was considered, without token ids and log-probabilities."""
    ledger: Ledger
    stopped_by: StoppedBy
    seed: int
    model: Identity
    reward_model: Identity | None
    prompt_tokens: int
    """Tokens of the question, counted once."""
    logprobs: tuple[float, ...] = ()
    """Log-probability of each token of the answer; empty unless asked for."""
    tokens: tuple[Token, ...] = ()
    """Those of the answer; empty unless asked for."""
    score_range: tuple[float, float] | None = None
    """The smallest and largest possible score; None without a reward model."""
    refusal: str = ""
    """Why there is no answer though candidates ended; empty where there is one."""
    spoken: Spoken | None = None
    """What the answer says beside the tools that it calls; None where it calls none."""


@value
class StageStarted:
    """A stage of a pipeline began."""

    turn_id: str
    """The pass of the pipeline: its candidates are alternatives to one another."""
    stage: str
    strategy: str
    items: int
    prompt: str
    """What the pipeline was asked."""


@value
class AttemptStarted:
    """A stage began to work on one candidate."""

    turn_id: str
    stage: str
    strategy: str
    candidate_index: int


@value
class AttemptEnded:
    """A stage is done with one candidate."""

    turn_id: str
    stage: str
    strategy: str
    candidate_index: int
    score: float | None
    text: str
    error: str
    """Why it failed; empty where it didn't."""
    calls: int
    tokens: int
    seconds: float


@value
class ItemKept:
    """An item as a stage leaves it."""

    id: str
    parent_ids: tuple[str, ...]
    candidate_index: int
    score: float | None
    text: str
    tokens: int
    """Completion tokens that were spent on it until now."""


@value
class StageEnded:
    """A stage of a pipeline is done."""

    turn_id: str
    stage: str
    strategy: str
    items: tuple[ItemKept, ...]
    ledger: Ledger
    """What the run has spent until now."""
    seconds: float


@value
class OutputPiece:
    """A piece of a function's output."""

    value: object
    """The piece in its own type."""
    text: str
    """The piece as a text."""


Kind = (
    RunStarted
    | Progress
    | StepEnded
    | CandidateScored
    | Resampled
    | CandidateEnded
    | TextCommitted
    | FailureNoted
    | Note
    | Answer
    | StageStarted
    | AttemptStarted
    | AttemptEnded
    | StageEnded
    | OutputPiece
)


@value
class Event:
    """One thing that happened."""

    trace_id: str
    index: int
    """Place in the run, from 0."""
    seconds: float
    """Wall seconds since the run began."""
    kind: Kind
