"""Multi-LLM judge: several models answer, and a judge selects."""

from collections.abc import AsyncGenerator

from pydantic import Field

from its_orchestrator.components.builder import Builder
from its_orchestrator.components.config import FunctionBaseConfig
from its_orchestrator.components.function import FunctionInfo
from its_orchestrator.components.pipeline import Pipeline
from its_orchestrator.components.references import ITSStrategyRef
from its_orchestrator.components.register import register_function
from its_orchestrator.components.stages import PipelineTypeEnum, StageTypeEnum
from its_orchestrator.functions._staged import staged


class MultiLLMJudgeFunctionConfig(FunctionBaseConfig, name="multi_llm_judge_function"):
    """Parameters of multi_llm_judge_function."""

    search_strategy: ITSStrategyRef = Field(description="The strategy that answers.")
    selection_strategy: ITSStrategyRef = Field(description="The strategy that selects.")
    description: str = Field(
        default="Has several models answer a question and returns the best answer.",
        min_length=1,
        description="What the function does.",
    )


@register_function(config_type=MultiLLMJudgeFunctionConfig)
async def multi_llm_judge(config: MultiLLMJudgeFunctionConfig, builder: Builder) -> AsyncGenerator[FunctionInfo]:
    """Have several models answer, and return the answer that a judge selects; nothing for an empty question."""
    stages = await staged(
        builder,
        PipelineTypeEnum.CUSTOM,
        search_strategy=(config.search_strategy, StageTypeEnum.SEARCH),
        selection_strategy=(config.selection_strategy, StageTypeEnum.SELECTION),
    )

    async def answer(question: str) -> str:
        if not question.strip():
            return ""
        chosen = await Pipeline(builder.session, stages).run([], question)
        return chosen[0].text

    yield FunctionInfo.from_fn(answer, description=config.description)
