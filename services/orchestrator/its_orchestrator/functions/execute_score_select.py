"""Execute, score, select: a function run several times, and the result that is best."""

from collections.abc import AsyncGenerator
from functools import partial
from typing import Any

from pydantic import Field

from its_orchestrator.components.builder import Builder
from its_orchestrator.components.config import FunctionBaseConfig
from its_orchestrator.components.function import FunctionInfo
from its_orchestrator.components.item import as_text
from its_orchestrator.components.pipeline import Pipeline
from its_orchestrator.components.references import FunctionRef, ITSStrategyRef
from its_orchestrator.components.register import register_function
from its_orchestrator.components.stages import PipelineTypeEnum, StageTypeEnum
from its_orchestrator.functions._executions import Executions
from its_orchestrator.functions._staged import staged


class ExecuteScoreSelectFunctionConfig(FunctionBaseConfig, name="execute_score_select_function"):
    """Parameters of execute_score_select_function."""

    augmented_fn: FunctionRef = Field(description="The function that is run.")
    selector: ITSStrategyRef = Field(description="The strategy that selects.")
    scorer: ITSStrategyRef | None = Field(default=None, description="The strategy that scores.")
    num_executions: int = Field(default=3, ge=1, le=1000, description="How often the function is run.")


@register_function(config_type=ExecuteScoreSelectFunctionConfig)
async def execute_score_select(
    config: ExecuteScoreSelectFunctionConfig, builder: Builder
) -> AsyncGenerator[FunctionInfo]:
    """Run a function several times at once, score the results, and return the selected one in its own type."""
    function = await builder.get_function(config.augmented_fn)
    stages = await staged(
        builder,
        PipelineTypeEnum.AGENT_EXECUTION,
        scorer=(config.scorer, StageTypeEnum.SCORING),
        selector=(config.selector, StageTypeEnum.SELECTION),
    )

    async def run(value: Any) -> Any:  # noqa: ANN401  (whatever the function takes and gives)
        executions = Executions(partial(function.ainvoke, value), config.num_executions)
        pipeline = Pipeline(builder.session, {"augmented_fn": executions, **stages})
        chosen = await pipeline.run([], as_text(value), function.description)
        return chosen[0].output

    yield function.info.around(run)
