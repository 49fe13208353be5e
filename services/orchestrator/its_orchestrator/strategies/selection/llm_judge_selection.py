"""Judge selection: a judge names the best answer, in whatever words; the first one is kept where it can't."""

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
from its_orchestrator.strategies._judge import Unread
from its_orchestrator.strategies._motivation import noted
from its_orchestrator.strategies._picking import Pick, Picking
from its_orchestrator.strategies._prompts import JUDGE_SELECTION


class LLMJudgeSelectionConfig(ITSStrategyBaseConfig, name="llm_judge_selection"):
    """Parameters of llm_judge_selection."""

    judge_llm: LLMRef = Field(description="The judge.")
    selection_template: Annotated[str, variables("original_prompt", "results")] = Field(
        default=JUDGE_SELECTION, description="What it is asked: {original_prompt}, {results}."
    )


@register_its_strategy(config_type=LLMJudgeSelectionConfig)
class LLMJudgeSelection(StrategyBase[LLMJudgeSelectionConfig]):
    """Have a judge name the best answer, and keep its reasons as `judge_reasoning` of the metadata."""

    stage = StageTypeEnum.SELECTION
    pipelines = (PipelineTypeEnum.CUSTOM, PipelineTypeEnum.PLANNING, PipelineTypeEnum.AGENT_EXECUTION)

    async def build_components(self, builder: Builder) -> None:
        llm, template = await builder.get_llm(self.config.judge_llm), self.config.selection_template
        self._picking = Picking(llm, template, "results", "SELECTED ITEM: <its number>", MARKS, anywhere=True)

    async def ainvoke(
        self,
        items: list[ITSItem],
        original_prompt: str | None = None,
        agent_context: str | None = None,
        **kwargs: object,
    ) -> list[ITSItem]:
        if len(items) == 1:
            return items
        pick = await self._picked(items, original_prompt or "")
        if not pick.said:
            return [pick.item]
        return [pick.item.derived(metadata=noted(pick.item.metadata, judge_reasoning=pick.said))]

    async def _picked(self, items: list[ITSItem], prompt: str) -> Pick:
        try:
            return await self._picking.pick(self.turn, items, {"original_prompt": prompt})
        except Unread as error:
            self.turn.warn(f"the first candidate is kept: {error.message}")
            return Pick(items[0], "")


MARKS = (r"selected[\s_]+(?:item|answer)", r"\b(?:best(?:[\s_]+(?:item|answer|one|candidate))?|index|choice|choose)")
"""What a judge may write before the number; the first of these that it wrote counts."""
