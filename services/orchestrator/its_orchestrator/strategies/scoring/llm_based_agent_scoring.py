"""Agent scoring: a judge says how well each answer does what was asked."""

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
from its_orchestrator.strategies._prompts import AGENT_SCORING
from its_orchestrator.strategies._scoring import judged, scored


class LLMBasedAgentScoringConfig(
    ITSStrategyBaseConfig, name="llm_based_agent_scoring", aliases=("llm_based_agent_scorer",)
):
    """Parameters of llm_based_agent_scoring."""

    scoring_llm: LLMRef = Field(description="The judge.")
    scoring_template: Annotated[str, variables("objective", "input", "output")] = Field(
        default=AGENT_SCORING, description="What it is asked: {objective}, {input}, {output}."
    )


@register_its_strategy(config_type=LLMBasedAgentScoringConfig)
class LLMBasedAgentScoring(StrategyBase[LLMBasedAgentScoringConfig]):
    """Have a judge score each answer from 1 to 10 against the objective, all at once."""

    stage = StageTypeEnum.SCORING
    pipelines = (PipelineTypeEnum.AGENT_EXECUTION,)

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
            words = {
                "objective": agent_context or "",
                "input": as_text(item.input) or original_prompt or "",
                "output": item.text,
            }
            return await judged(self._llm, self.config.scoring_template, "output", item, words)

        return await scored(self.turn, items, score)
