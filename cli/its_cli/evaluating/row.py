"""A row: what one job came to, with all that it takes to choose again among the same samples."""

from typing import Any

from pydantic import BaseModel, ConfigDict

from its_cli.evaluating.job import Key


class Candidate(BaseModel):
    """One answer that was considered, as the gateway told it, and its grade."""

    model_config = ConfigDict(frozen=True, extra="allow")

    text: str
    final_answer: str | None = None
    score: float | None = None
    completion_tokens: int
    chosen: bool = False
    right: bool
    group: int | None = None
    """Candidates of one group have the same final answer; None without a final answer."""


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
