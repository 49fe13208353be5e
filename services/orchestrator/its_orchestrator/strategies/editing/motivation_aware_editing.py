"""Motivation-aware editing: what a tool returned, summarised for what it is wanted for."""

from typing import Annotated

from pydantic import Field

from its_orchestrator.components.builder import Builder
from its_orchestrator.components.config import ITSStrategyBaseConfig
from its_orchestrator.components.item import ITSItem, as_text
from its_orchestrator.components.references import LLMRef
from its_orchestrator.components.register import register_its_strategy
from its_orchestrator.components.stages import PipelineTypeEnum, StageTypeEnum
from its_orchestrator.components.strategy_base import StrategyBase
from its_orchestrator.components.template import filled, variables
from its_orchestrator.strategies._editing import edited
from its_orchestrator.strategies._motivation import motivation, task
from its_orchestrator.strategies._prompts import SUMMARY


class MotivationAwareSummarizationConfig(
    ITSStrategyBaseConfig, name="motivation_aware_editing", aliases=("motivation_aware_summarization",)
):
    """Parameters of motivation_aware_editing."""

    editor_llm: LLMRef = Field(description="The LLM that summarises.")
    editor_template: Annotated[str, variables("task", "motivation", "output")] = Field(
        default=SUMMARY, description="What it is asked: {task}, {motivation}, {output}."
    )


@register_its_strategy(config_type=MotivationAwareSummarizationConfig)
class MotivationAwareSummarization(StrategyBase[MotivationAwareSummarizationConfig]):
    """Summarise each output in a sentence or two, for its task and motivation; an empty summary keeps the output."""

    stage = StageTypeEnum.EDITING
    pipelines = (PipelineTypeEnum.TOOL_USE,)

    async def build_components(self, builder: Builder) -> None:
        self._llm = await builder.get_llm(self.config.editor_llm)

    async def ainvoke(
        self,
        items: list[ITSItem],
        original_prompt: str | None = None,
        agent_context: str | None = None,
        **kwargs: object,
    ) -> list[ITSItem]:
        async def summarise(item: ITSItem) -> ITSItem:
            words = {"task": task(item), "motivation": motivation(item), "output": as_text(item.output)}
            summary = (await self._llm.ainvoke(filled(self.config.editor_template, **words))).text
            return item.derived(output=summary or item.output)

        return await edited(self.turn, items, summarise)
