"""Multi-LLM generation: one answer of each of several models."""

from functools import partial
from typing import Annotated

from pydantic import Field

from its_orchestrator.components.builder import Builder
from its_orchestrator.components.config import ITSStrategyBaseConfig
from its_orchestrator.components.failing import none_succeeded
from its_orchestrator.components.item import ITSItem
from its_orchestrator.components.llm import LLM
from its_orchestrator.components.references import LLMRef
from its_orchestrator.components.register import register_its_strategy
from its_orchestrator.components.stages import PipelineTypeEnum, StageTypeEnum
from its_orchestrator.components.strategy_base import StrategyBase, failures, succeeded
from its_orchestrator.components.template import filled, variables
from its_runtime.errors import Unavailable


class MultiLLMGenerationConfig(ITSStrategyBaseConfig, name="multi_llm_generation"):
    """Parameters of multi_llm_generation."""

    llms: list[LLMRef] = Field(min_length=1, description="The LLMs that answer.")
    generation_template: Annotated[str, variables("prompt")] = Field(
        default="{prompt}", description="What they are asked: {prompt}."
    )


@register_its_strategy(config_type=MultiLLMGenerationConfig)
class MultiLLMGeneration(StrategyBase[MultiLLMGenerationConfig]):
    """Have several models answer at once; without a prompt there is nothing to answer."""

    stage = StageTypeEnum.SEARCH
    pipelines = (PipelineTypeEnum.CUSTOM, PipelineTypeEnum.PLANNING, PipelineTypeEnum.AGENT_EXECUTION)
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
        if not original_prompt:
            return []
        results = await self.turn.all([partial(self._answered, llm, original_prompt) for llm in self._llms])
        if not (answers := succeeded(results)):
            raise none_succeeded("no LLM answered", failures(results))
        return answers

    async def _answered(self, llm: LLM, prompt: str) -> ITSItem:
        answer = (await llm.ainvoke(filled(self.config.generation_template, prompt=prompt))).text
        if not answer:
            raise Unavailable(f"LLM {llm.name!r} thought and didn't answer; allow it more tokens")
        planned = self.pipeline_type is PipelineTypeEnum.PLANNING
        return ITSItem(input=prompt, output=answer, plan=answer if planned else None, metadata={"model": llm.model})
