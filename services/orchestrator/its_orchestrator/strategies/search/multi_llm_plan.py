"""Multi-LLM plan: several plans of each of several models."""

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


class MultiLLMPlanConfig(ITSStrategyBaseConfig, name="multi_llm_plan"):
    """Parameters of multi_llm_plan."""

    llms: list[LLMRef] = Field(min_length=1, description="The LLMs that plan.")
    plans_per_llm: int = Field(default=2, ge=1, le=1000, description="How many plans each of them writes.")
    min_temperature: float = Field(default=0.5, ge=0, le=2, description="Temperature of each LLM's first plan.")
    max_temperature: float = Field(default=1.0, ge=0, le=2, description="Temperature of each LLM's last plan.")
    planning_template: Annotated[str, variables("context", "prompt")] = Field(
        default=PLANNING, description="What they are asked: {context}, {prompt}."
    )


@register_its_strategy(config_type=MultiLLMPlanConfig)
class MultiLLMPlan(StrategyBase[MultiLLMPlanConfig]):
    """Write plans with several models at once; all plans of the first model come first."""

    stage = StageTypeEnum.SEARCH
    pipelines = (PipelineTypeEnum.PLANNING,)
    may_start_empty = True

    async def build_components(self, builder: Builder) -> None:
        self._llms = [await builder.get_llm(name) for name in self.config.llms]

    async def ainvoke(
        self,
        items: list[ITSItem],
        original_prompt: str | None = None,
        agent_context: str | None = None,
        **kwargs: object,
    ) -> list[ITSItem]:
        config = self.config
        words = config.planning_template, original_prompt or "", agent_context or ""
        heats = temperatures(config.plans_per_llm, config.min_temperature, config.max_temperature)
        results = await self.turn.all([partial(planned, llm, heat, *words) for llm in self._llms for heat in heats])
        if not (plans := succeeded(results)):
            raise none_succeeded("no plan could be written", failures(results))
        return plans
