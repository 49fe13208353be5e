"""What searches over steps have in common: where a step ends, and how many there may be."""

from typing import Annotated

from pydantic import Field

from its_orchestrator.algorithms._algorithm import Need, Rewarded
from its_orchestrator.engines import StepPolicy

TokenId = Annotated[int, Field(ge=0, lt=2**32)]


class StepSearch(Rewarded):
    """A search over partial answers, scored as each step ends."""

    needs = frozenset({Need.PROCESS_REWARD, Need.PREFIX})

    temperature: float = Field(
        default=0.8, ge=0, le=10, description="Temperature of sampling, where the request names none."
    )
    tokens_per_step: int = Field(
        default=0, ge=0, description="Steps of this many tokens, in place of delimiters; 0 for delimiters."
    )
    max_step_tokens: int = Field(
        default=512, ge=0, description="Most tokens of one step; a longer one ends its answer. 0 for no limit."
    )
    max_steps: int = Field(default=40, ge=1, le=4096, description="Most steps of one answer.")

    step_token_ids: tuple[TokenId, ...] = Field(
        default=(), max_length=256, description="Token ids that end a step, too, such as those of special tokens."
    )

    @property
    def policy(self) -> StepPolicy:
        """Where a step ends."""
        return StepPolicy(
            self.step_delimiters,
            self.tokens_per_step,
            max_tokens=self.max_step_tokens,
            token_ids=self.step_token_ids,
        )
