"""Plan scoring: a judge says how good each plan is."""

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
from its_orchestrator.strategies._prompts import PLAN_SCORING
from its_orchestrator.strategies._scoring import judged, scored


class LLMBasedPlanScoringConfig(
    ITSStrategyBaseConfig, name="llm_based_plan_scoring", aliases=("llm_based_plan_scorer",)
):
    """Parameters of llm_based_plan_scoring."""

    scoring_llm: LLMRef = Field(description="The judge.")
    scoring_template: Annotated[str, variables("context", "original_prompt", "plan")] = Field(
        default=PLAN_SCORING, description="What it is asked: {context}, {original_prompt}, {plan}."
    )


@register_its_strategy(config_type=LLMBasedPlanScoringConfig)
class LLMBasedPlanScoring(StrategyBase[LLMBasedPlanScoringConfig]):
    """Have a judge score each plan from 1 to 10, all at once."""

    stage = StageTypeEnum.SCORING
    pipelines = (PipelineTypeEnum.PLANNING,)

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
                "context": agent_context or "",
                "original_prompt": original_prompt or "",
                "plan": as_text(item.plan),
            }
            return await judged(self._llm, self.config.scoring_template, "plan", item, words)

        return await scored(self.turn, items, score)
