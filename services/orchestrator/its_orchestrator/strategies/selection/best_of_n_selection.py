"""Best of N: the item with the highest score.

Cobbe et al. 2021, "Training Verifiers to Solve Math Word Problems", section 4. https://arxiv.org/abs/2110.14168
"""

import math

from its_orchestrator.components.config import ITSStrategyBaseConfig
from its_orchestrator.components.item import ITSItem
from its_orchestrator.components.register import register_its_strategy
from its_orchestrator.components.stages import PipelineTypeEnum, StageTypeEnum
from its_orchestrator.components.strategy_base import StrategyBase
from its_runtime.errors import Unmet


class BestOfNSelectionConfig(ITSStrategyBaseConfig, name="best_of_n_selection", aliases=("best_of_n_selector",)):
    """Parameters of best_of_n_selection: there are none."""


@register_its_strategy(config_type=BestOfNSelectionConfig)
class BestOfNSelection(StrategyBase[BestOfNSelectionConfig]):
    """Keep the item with the highest score, the first one on a tie; what has no score never wins."""

    stage = StageTypeEnum.SELECTION
    pipelines = tuple(PipelineTypeEnum)
    needs_scores = True

    async def ainvoke(
        self,
        items: list[ITSItem],
        original_prompt: str | None = None,
        agent_context: str | None = None,
        **kwargs: object,
    ) -> list[ITSItem]:
        scored = [one for one in items if one.score is not None and not math.isnan(one.score)]
        if scored:
            return [max(scored, key=lambda one: one.score or 0.0)]
        if items and self.turn.session.over:
            self.turn.warn("the budget ended before anything was scored: the first candidate is kept")
            return [items[0]]
        reasons = "; ".join(dict.fromkeys(one.feedback for one in items if one.feedback)) or "no scorer scored them"
        raise Unmet(f"none of {len(items)} candidates has a score: {reasons}")
