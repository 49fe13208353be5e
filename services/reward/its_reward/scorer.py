"""What the reward service needs of a reward model. A language model's likelihood is one answer; a rule is another."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

from its_reward.aggregate import Aggregation
from its_reward.trajectory import Batch, Verdict


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a scorer accepts and returns; the words are those of RewardCapabilities in the contract."""

    scorer: str
    """Its kind: process, likelihood, outcome, reward_hub, judge or rules."""
    kind: Literal["outcome", "process"]
    """Whether it values whole trajectories or each step."""
    default_aggregation: Aggregation
    min_value: float = 0.0
    max_value: float = 1.0
    own_score: bool = True
    """Whether it has a score of the whole trajectory, beside or instead of step values."""
    scores_partial: bool = True
    accepts_text: bool = True
    accepts_tokens: bool = False
    max_context_tokens: int = 0
    """Most tokens of prompt and trajectory together; 0 when it is not known."""
    needs_reference_answer: bool = False
    returns_rationale: bool = False
    revision: str = ""
    """Hash or version of the weights."""
    fingerprint: str = ""
    """SHA-256 (hex) of the tokenizer whose ids it accepts."""

    @property
    def aggregations(self) -> tuple[Aggregation, ...]:
        """Those that make sense: outcome scorers have no step values to aggregate."""
        if self.kind == "outcome":
            return (Aggregation.MODEL,)
        return tuple(how for how in Aggregation if self.own_score or how is not Aggregation.MODEL)


class Scorer(Protocol):
    """A loaded reward model. `open_scorer` makes one and is sure to release it."""

    @property
    def capabilities(self) -> Capabilities:
        """Return what it accepts; never changes while it is open."""
        ...

    async def score(self, batch: Batch) -> Sequence[Verdict]:
        """Return one verdict for each trajectory, in their order.

        What fails for one trajectory is its Unscored and never loses the others (`its_reward.attempt` does
        that). Cancelling stops the work for all of them.
        """
        ...


@runtime_checkable
class Mortal(Protocol):
    """A scorer whose engine may die while the service lives."""

    async def check(self) -> None:
        """Raise Unavailable when it has died."""
        ...
