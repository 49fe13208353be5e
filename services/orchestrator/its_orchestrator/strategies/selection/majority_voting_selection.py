"""Majority voting: what most candidates say."""

from typing import Literal

from pydantic import Field

from its_orchestrator.components.config import ITSStrategyBaseConfig
from its_orchestrator.components.item import ITSItem
from its_orchestrator.components.register import register_its_strategy
from its_orchestrator.components.stages import PipelineTypeEnum, StageTypeEnum
from its_orchestrator.components.strategy_base import StrategyBase
from its_orchestrator.strategies._votes import elected, grouped
from its_runtime.errors import Unmet


class MajorityVotingSelectionConfig(ITSStrategyBaseConfig, name="majority_voting_selection"):
    """Parameters of majority_voting_selection."""

    mode: Literal["simple", "decisive"] = Field(
        default="simple", description="Whether the most votes win, or more than half of them are needed."
    )
    ties: Literal["first", "random", "error"] = Field(
        default="first", description="Who wins among equals: the first, one drawn by the run's seed, or nobody."
    )


@register_its_strategy(config_type=MajorityVotingSelectionConfig)
class MajorityVotingSelection(StrategyBase[MajorityVotingSelectionConfig]):
    """Keep the first candidate that says what most say: equal typed results, or texts that read the same."""

    stage = StageTypeEnum.SELECTION
    pipelines = tuple(PipelineTypeEnum)

    async def ainvoke(
        self,
        items: list[ITSItem],
        original_prompt: str | None = None,
        agent_context: str | None = None,
        **kwargs: object,
    ) -> list[ITSItem]:
        groups = grouped(items, [" ".join(one.text.split()).casefold() for one in items])
        most = max(len(group) for group in groups)
        if self.config.mode == "decisive" and 2 * most <= len(items):
            raise Unmet(f"no majority: at most {most} of {len(items)} candidates agree; run more, or use mode: simple")
        return [elected(self.turn, groups, self.config.ties)]
