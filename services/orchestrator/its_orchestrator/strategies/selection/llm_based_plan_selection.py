"""Plan selection: a judge names the best plan."""

from typing import Annotated

from pydantic import Field

from its_orchestrator.components.builder import Builder
from its_orchestrator.components.config import ITSStrategyBaseConfig
from its_orchestrator.components.item import ITSItem
from its_orchestrator.components.references import LLMRef
from its_orchestrator.components.register import register_its_strategy
from its_orchestrator.components.stages import PipelineTypeEnum, StageTypeEnum
from its_orchestrator.components.strategy_base import StrategyBase
from its_orchestrator.components.template import variables
from its_orchestrator.strategies._picking import Picking
from its_orchestrator.strategies._prompts import PLAN_SELECTION


class LLMBasedPlanSelectionConfig(
    ITSStrategyBaseConfig, name="llm_based_plan_selection", aliases=("llm_based_plan_selector",)
):
    """Parameters of llm_based_plan_selection."""

    selection_llm: LLMRef = Field(description="The judge.")
    selection_template: Annotated[str, variables("context", "original_prompt", "plans")] = Field(
        default=PLAN_SELECTION, description="What it is asked: {context}, {original_prompt}, {plans}."
    )


@register_its_strategy(config_type=LLMBasedPlanSelectionConfig)
class LLMBasedPlanSelection(StrategyBase[LLMBasedPlanSelectionConfig]):
    """Have a judge see all plans and name the best one."""

    stage = StageTypeEnum.SELECTION
    pipelines = (PipelineTypeEnum.PLANNING,)

    async def build_components(self, builder: Builder) -> None:
        llm, template = await builder.get_llm(self.config.selection_llm), self.config.selection_template
        self._picking = Picking(llm, template, "plans", "SELECTED PLAN: <its number>", (r"selected[\s_]+plan",))

    async def ainvoke(
        self,
        items: list[ITSItem],
        original_prompt: str | None = None,
        agent_context: str | None = None,
        **kwargs: object,
    ) -> list[ITSItem]:
        if len(items) == 1:
            return items
        words = {"context": agent_context or "", "original_prompt": original_prompt or ""}
        return [(await self._picking.pick(self.turn, items, words)).item]
