"""The block `its` of an answer: how it was found, among what, and what it cost."""

from typing import Any

from pydantic import Field

from its_gateway.shapes.shape import Shape


class Limits(Shape):
    """A budget; what is absent was not limited."""

    samples: int | None = None
    tokens: int | None = None
    seconds: float | None = None


class Spent(Shape):
    """What was spent of it."""

    samples: int
    tokens: int
    seconds: float


class Candidate(Shape):
    """One answer that the run considered."""

    id: str
    parent_id: str | None = Field(description="The candidate that it was forked from.")
    text: str
    final_answer: str | None = Field(description="What votes compare.")
    score: float | None = Field(description="What the reward model thought of it.")
    step_scores: list[float]
    votes: float | None
    weight: float | None
    stop_reason: str
    completion_tokens: int
    chosen: bool = Field(description="Whether it is the answer.")
    confidence: float | None = Field(
        description="Mean log-probability of its tokens, by which votes break ties; null where nobody asked."
    )


class ScoreRange(Shape):
    """What scores may be; null is no limit."""

    low: float | None
    high: float | None


class ModelName(Shape):
    """A model, exactly."""

    name: str = ""
    revision: str = ""
    tokenizer_fingerprint: str = ""


class ItsBlock(Shape):
    """How the answer was found."""

    algorithm: str
    parameters: dict[str, Any] = Field(description="All of the algorithm's, defaults included.")
    budget: Limits
    spent: Spent
    stopped_by: str = Field(description="completed, decided, tokens, seconds or failures.")
    candidates: list[Candidate]
    ledger: dict[str, float] = Field(description="Every kind of token, calls and seconds.")
    prompt_tokens: int = Field(description="Of the question, counted once.")
    seed: int | str = Field(description="With the same request, the same run; digits where JSON would round it.")
    trace_id: str
    model: ModelName
    reward_model: ModelName | None
    score_range: ScoreRange | None = Field(description="What the reward model's scores may be; null without one.")
