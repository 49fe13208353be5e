"""A row: what one job came to, with all that it takes to choose again among the same samples."""

import math
from typing import Any

from pydantic import BaseModel, ConfigDict

from its_cli.evaluating.job import Key
from its_cli.evaluating.settings import Settings


class Candidate(BaseModel):
    """One answer that was considered, as the gateway told it, and its grade."""

    model_config = ConfigDict(frozen=True, extra="allow")

    id: str = ""
    text: str
    final_answer: str | None = None
    score: float | None = None
    completion_tokens: int
    confidence: float | None = None
    """Mean log-probability of its tokens; None where nobody asked for log-probabilities."""
    stop_reason: str = ""
    chosen: bool = False
    right: bool
    group: int | None = None
    """Candidates of one group have the same final answer; None without a final answer."""


class ScoreRange(BaseModel):
    """What a reward model's scores may be; None is no limit."""

    model_config = ConfigDict(frozen=True)

    low: float | None
    high: float | None

    @property
    def ends(self) -> tuple[float, float]:
        """Both of them, without a limit as infinities."""
        return -math.inf if self.low is None else self.low, math.inf if self.high is None else self.high


class Row(BaseModel):
    """What one job came to."""

    model_config = ConfigDict(frozen=True)

    problem: str
    algorithm: str
    budget: int
    seed: int
    question: str
    reference: str
    """The right answer."""
    request_seed: int
    model: str
    settings: Settings = Settings()
    """What was asked for, beside algorithm and budget."""
    answer: str
    """The text of the answer."""
    final_answer: str | None
    right: bool
    ungraded: tuple[str, ...] = ()
    """Why final answers that couldn't be compared with the right one count as wrong."""
    candidates: tuple[Candidate, ...]
    parameters: dict[str, Any]
    """All of the algorithm's, defaults included."""
    ledger: dict[str, int | float]
    """Every kind of token, calls, and the run's own seconds."""
    score_range: ScoreRange | None = None
    """None without a reward model."""
    stopped_by: str
    trace_id: str
    started: str
    """When it was asked, as ISO 8601 says it."""
    seconds: float
    """How long the answer took, the way to the gateway included."""

    @property
    def key(self) -> Key:
        """What tells it from all others."""
        return Key(self.problem, self.algorithm, self.budget, self.seed)
