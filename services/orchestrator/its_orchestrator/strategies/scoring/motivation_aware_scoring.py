"""Motivation-aware scoring: a judge says how much what a tool returned helps."""

from typing import Annotated

from pydantic import Field

from its_orchestrator.components.builder import Builder
from its_orchestrator.components.config import ITSStrategyBaseConfig
from its_orchestrator.components.item import ITSItem, as_text
from its_orchestrator.components.references import LLMRef
from its_orchestrator.components.register import register_its_strategy
from its_orchestrator.components.stages import PipelineTypeEnum, StageTypeEnum
from its_orchestrator.components.strategy_base import StrategyBase
from its_orchestrator.components.template import variables
from its_orchestrator.strategies._motivation import motivation, task
from its_orchestrator.strategies._prompts import MOTIVATED_SCORING
from its_orchestrator.strategies._scoring import judged, scored


class MotivationAwareScoringConfig(
    ITSStrategyBaseConfig, name="motivation_aware_scoring", aliases=("motivation_aware_scorer",)
):
    """Parameters of motivation_aware_scoring."""

    scoring_llm: LLMRef = Field(description="The judge.")
    scoring_template: Annotated[str, variables("task", "motivation", "output")] = Field(
        default=MOTIVATED_SCORING, description="What it is asked: {task}, {motivation}, {output}."
    )


@register_its_strategy(config_type=MotivationAwareScoringConfig)
class MotivationAwareScoring(StrategyBase[MotivationAwareScoringConfig]):
    """Have a judge score what each tool returned from 1 to 10 for its task and motivation, all at once."""

    stage = StageTypeEnum.SCORING
    pipelines = (PipelineTypeEnum.TOOL_USE,)

    async def build_components(self, builder: Builder) -> None:
        self._llm = await builder.get_llm(self.config.scoring_llm)

    async def ainvoke(
        self,
        items: list[ITSItem],
        original_prompt: str | None = None,
        agent_context: str | None = None,
        **kwargs: object,
    ) -> list[ITSItem]:
        async def score(item: ITSItem) -> ITSItem:
            words = {"task": task(item), "motivation": motivation(item), "output": as_text(item.output)}
            return await judged(self._llm, self.config.scoring_template, "output", item, words)

        return await scored(self.turn, items, score)
