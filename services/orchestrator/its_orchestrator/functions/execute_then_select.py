"""Execute, then select: a function run several times, until enough results agree."""

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


class ExecuteThenSelectFunctionConfig(FunctionBaseConfig, name="execute_then_select_function"):
    """Parameters of execute_then_select_function."""

    augmented_fn: FunctionRef = Field(description="The function that is run.")
    selector: ITSStrategyRef = Field(description="The strategy that selects, such as majority_voting_selection.")
    num_executions: int = Field(default=3, ge=1, le=1000, description="How often the function is run at most.")
    max_concurrency: int | None = Field(default=None, ge=1, description="Runs at once; more wait. Empty: all at once.")
    early_stop_threshold: int | None = Field(
        default=None, ge=1, description="Equal results in a row that end it: other runs are stopped. Empty: none do."
    )


@register_function(config_type=ExecuteThenSelectFunctionConfig)
async def execute_then_select(
    config: ExecuteThenSelectFunctionConfig, builder: Builder
) -> AsyncGenerator[FunctionInfo]:
    """Run a function several times, until enough results agree, and return the selected one in its own type."""
    function = await builder.get_function(config.augmented_fn)
    selector = (config.selector, StageTypeEnum.SELECTION)
    stages = await staged(builder, PipelineTypeEnum.AGENT_EXECUTION, selector=selector)

    async def run(value: Any) -> Any:  # noqa: ANN401  (whatever the function takes and gives)
        executions = Executions(
            partial(function.ainvoke, value),
            config.num_executions,
            concurrency=config.max_concurrency,
            enough=config.early_stop_threshold,
        )
        pipeline = Pipeline(builder.session, {"augmented_fn": executions, **stages})
        chosen = await pipeline.run([], as_text(value), function.description)
        return chosen[0].output

    yield function.info.around(run)
