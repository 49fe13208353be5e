"""Single-shot multi-plan: several plans of one model, each at a temperature of its own."""

from functools import partial
from typing import Annotated

from pydantic import Field

from its_orchestrator.components.builder import Builder
from its_orchestrator.components.config import ITSStrategyBaseConfig
from its_orchestrator.components.failing import none_succeeded
from its_orchestrator.components.item import ITSItem
from its_orchestrator.components.references import LLMRef
from its_orchestrator.components.register import register_its_strategy
from its_orchestrator.components.stages import PipelineTypeEnum, StageTypeEnum
from its_orchestrator.components.strategy_base import StrategyBase, failures, succeeded
from its_orchestrator.components.template import variables
from its_orchestrator.strategies._plans import PLANNING, planned, temperatures


class SingleShotMultiPlanConfig(ITSStrategyBaseConfig, name="single_shot_multi_plan"):
    """Parameters of single_shot_multi_plan."""

    num_plans: int = Field(default=4, ge=1, le=1000, description="How many plans are written.")
    min_temperature: float = Field(default=0.5, ge=0, le=2, description="Temperature of the first plan.")
    max_temperature: float = Field(default=1.0, ge=0, le=2, description="Temperature of the last plan.")
    planning_llm: LLMRef = Field(description="The LLM that plans.")
    planning_template: Annotated[str, variables("context", "prompt")] = Field(
        default=PLANNING, description="What it is asked: {context}, {prompt}."
    )


@register_its_strategy(config_type=SingleShotMultiPlanConfig)
class SingleShotMultiPlan(StrategyBase[SingleShotMultiPlanConfig]):
    """Write several plans at once, at temperatures evenly spaced from the lowest to the highest."""

    stage = StageTypeEnum.SEARCH
    pipelines = (PipelineTypeEnum.PLANNING,)
    may_start_empty = True

    async def build_components(self, builder: Builder) -> None:
        self._llm = await builder.get_llm(self.config.planning_llm)

    async def ainvoke(
        self,
        items: list[ITSItem],
        original_prompt: str | None = None,
        agent_context: str | None = None,
        **kwargs: object,
    ) -> list[ITSItem]:
        config = self.config
        words = config.planning_template, original_prompt or "", agent_context or ""
        heats = temperatures(config.num_plans, config.min_temperature, config.max_temperature)
        results = await self.turn.all([partial(planned, self._llm, heat, *words) for heat in heats])
        if not (plans := succeeded(results)):
            raise none_succeeded("no plan could be written", failures(results))
        return plans
