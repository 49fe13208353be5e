"""Output selection: a judge names the best answer."""

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
from its_orchestrator.strategies._prompts import OUTPUT_SELECTION


class LLMBasedAgentOutputSelectionConfig(
    ITSStrategyBaseConfig, name="llm_based_agent_output_selection", aliases=("llm_based_agent_output_selector",)
):
    """Parameters of llm_based_agent_output_selection."""

    selection_llm: LLMRef = Field(description="The judge.")
    selection_template: Annotated[str, variables("objective", "input", "results")] = Field(
        default=OUTPUT_SELECTION, description="What it is asked: {objective}, {input}, {results}."
    )


@register_its_strategy(config_type=LLMBasedAgentOutputSelectionConfig)
class LLMBasedAgentOutputSelection(StrategyBase[LLMBasedAgentOutputSelectionConfig]):
    """Have a judge see all answers and name the one that serves the objective best."""

    stage = StageTypeEnum.SELECTION
    pipelines = (PipelineTypeEnum.AGENT_EXECUTION,)

    async def build_components(self, builder: Builder) -> None:
        llm, template = await builder.get_llm(self.config.selection_llm), self.config.selection_template
        self._picking = Picking(llm, template, "results", "SELECTED ITEM: <its number>", (r"selected[\s_]+item",))

    async def ainvoke(
        self,
        items: list[ITSItem],
        original_prompt: str | None = None,
        agent_context: str | None = None,
        **kwargs: object,
    ) -> list[ITSItem]:
        if len(items) == 1:
            return items
        words = {"objective": agent_context or "", "input": original_prompt or ""}
        return [(await self._picking.pick(self.turn, items, words)).item]
