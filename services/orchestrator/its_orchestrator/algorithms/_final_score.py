"""What a whole answer is worth once a search is over: its weakest step tells more than its last one."""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Literal

from pydantic import Field

from its_orchestrator.algorithms._step_search import StepSearch
from its_orchestrator.candidate import Candidate

_FROM_STEPS: dict[str, Callable[[Sequence[float]], float]] = {
    "last": lambda values: values[-1],
    "min": min,
    "prod": math.prod,
    "mean": lambda values: sum(values) / len(values),
}


class FinalScore(StepSearch):
    """A search that goes on with the best steps, and in the end compares answers by all of their steps.

    Lightman et al. 2023, "Let's Verify Step by Step", section 2.6 (product) and appendix F (minimum),
    https://arxiv.org/abs/2305.20050
    """

    answer_aggregation: Literal["min", "prod", "mean", "last"] = Field(
        default="min",
        description="How the step values of an answer become the score by which the final choice is made; "
        "`aggregation` is for the steps on the way.",
    )

    def judged(self, candidates: Iterable[Candidate]) -> list[Candidate]:
        """Return the candidates with the scores that the final choice compares; as they are without step values."""
        return [self._judged(one) if one.step_scores else one for one in candidates]

    def _judged(self, candidate: Candidate) -> Candidate:
        value = _FROM_STEPS[self.answer_aggregation](candidate.step_scores)
        return candidate.scored(value, candidate.step_scores)
