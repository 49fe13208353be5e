"""What an algorithm is: parameters, a few words about itself, and one method."""

from abc import ABC, abstractmethod
from enum import Enum
from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from its_orchestrator.candidate import Choice
from its_orchestrator.context import Context
from its_orchestrator.engines import Aggregation
from its_orchestrator.steps import DELIMITERS

Delimiter = Annotated[str, Field(min_length=1, max_length=256)]


class Need(Enum):
    """What an algorithm needs of the services behind it."""

    REWARD = "a reward model"
    PROCESS_REWARD = "a reward model that scores partial answers"
    PREFIX = "a generator that continues a prefix"
    LOGPROBS = "a generator that reports log-probabilities"
    JUDGE = "a language model that judges"
    EVALUATION = "a generator that evaluates given tokens"


class Algorithm(BaseModel, ABC):
    """One way to spend samples. Its fields are its parameters: clients see their JSON schema."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: ClassVar[str]
    """As requests give it."""
    summary: ClassVar[str]
    """What it does, in one sentence."""
    source: ClassVar[str]
    """The paper: authors, year, section, address."""
    budget_meaning: ClassVar[str]
    """What the budget of samples counts."""
    needs: ClassVar[frozenset[Need]] = frozenset()
    welcomes_reward: ClassVar[bool] = False
    """Whether it uses a reward model where there is one, and does without where there is none."""
    writes: ClassVar[bool] = False
    """Whether its answer may be written from other answers, rather than sampled from the question alone."""

    temperature: float = Field(
        default=1.0, ge=0, le=10, description="Temperature of sampling, where the request names none."
    )

    @property
    def worker(self) -> "Algorithm":
        """The one whose needs, scores and temperature count: itself, unless it wraps another."""
        return self

    @property
    def required(self) -> frozenset[Need]:
        """What it needs with these parameters: what all of its kind need, unless they ask for more."""
        return type(self).needs

    @abstractmethod
    async def solve(self, ctx: Context) -> Choice:
        """Return the best answer that `ctx` allows to find; at least two samples may be spent.

        It never raises because an engine failed: what failed doesn't come out of `ctx`.
        """


class Rewarded(Algorithm):
    """An algorithm that scores answers."""

    needs = frozenset({Need.REWARD})

    aggregation: Aggregation = Field(
        default="default", description="How step values become one score; `default` is the reward model's own way."
    )
    step_delimiters: tuple[Delimiter, ...] = Field(
        default=DELIMITERS, min_length=1, max_length=16, description="Texts that end a step."
    )
