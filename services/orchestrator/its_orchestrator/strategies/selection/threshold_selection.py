"""Threshold: the items that are good enough."""

from pydantic import Field

from its_orchestrator.components.config import ITSStrategyBaseConfig
from its_orchestrator.components.item import ITSItem
from its_orchestrator.components.register import register_its_strategy
from its_orchestrator.components.stages import PipelineTypeEnum, StageTypeEnum
from its_orchestrator.components.strategy_base import StrategyBase


class ThresholdSelectionConfig(ITSStrategyBaseConfig, name="threshold_selection", aliases=("threshold_selector",)):
    """Parameters of threshold_selection."""

    threshold: float = Field(default=5.0, allow_inf_nan=False, description="The lowest score that is kept.")


@register_its_strategy(config_type=ThresholdSelectionConfig)
class ThresholdSelection(StrategyBase[ThresholdSelectionConfig]):
    """Keep the items that score at least the threshold, in their order; maybe none."""

    stage = StageTypeEnum.SELECTION
    pipelines = tuple(PipelineTypeEnum)
    needs_scores = True
    may_keep_none = True

    async def ainvoke(
        self,
        items: list[ITSItem],
        original_prompt: str | None = None,
        agent_context: str | None = None,
        **kwargs: object,
    ) -> list[ITSItem]:
        return [one for one in items if one.score is not None and one.score >= self.config.threshold]
