"""Plan, select, execute: plans are made, improved, scored and selected before a function follows the best of them."""

from collections.abc import AsyncGenerator
from typing import Annotated, Any

from pydantic import Field

from its_orchestrator.components.builder import Builder
from its_orchestrator.components.config import FunctionBaseConfig
from its_orchestrator.components.failing import misconfigured
from its_orchestrator.components.function import Function, FunctionInfo
from its_orchestrator.components.item import as_text
from its_orchestrator.components.pipeline import Pipeline
from its_orchestrator.components.references import FunctionRef, ITSStrategyRef
from its_orchestrator.components.register import register_function
from its_orchestrator.components.stages import PipelineTypeEnum, StageTypeEnum
from its_orchestrator.components.template import filled, variables
from its_orchestrator.functions._prompts import FOLLOWING, TOOLS_CONTEXT
from its_orchestrator.functions._staged import staged
from its_orchestrator.functions._tools import described, tools_of


class PlanSelectExecuteFunctionConfig(FunctionBaseConfig, name="plan_select_execute_function"):
    """Parameters of plan_select_execute_function."""

    augmented_fn: FunctionRef = Field(description="The function that follows the plan; it takes a text.")
    planner: ITSStrategyRef = Field(description="The strategy that makes plans.")
    editor: ITSStrategyRef | None = Field(default=None, description="The strategy that improves each plan.")
    scorer: ITSStrategyRef | None = Field(default=None, description="The strategy that scores.")
    selector: ITSStrategyRef = Field(description="The strategy that selects.")
    verbose: bool = Field(default=False, description="Whether the selected plan is noted in the run's events.")
    agent_context_prompt_template: Annotated[str, variables("description", "tools")] = Field(
        default=TOOLS_CONTEXT, description="What planners learn of the function: {description}, {tools}."
    )
    downstream_template: Annotated[str, variables("input_text", "reasoning_output")] = Field(
        default=FOLLOWING, description="What the function gets: {input_text}, {reasoning_output}."
    )


@register_function(config_type=PlanSelectExecuteFunctionConfig)
async def plan_select_execute(
    config: PlanSelectExecuteFunctionConfig, builder: Builder
) -> AsyncGenerator[FunctionInfo]:
    """Make plans, improve and score them, and have a function follow the selected one; it streams if that does."""
    function = _able(await builder.get_function(config.augmented_fn))
    tools = await tools_of(builder, function)
    stages = await staged(
        builder,
        PipelineTypeEnum.PLANNING,
        planner=(config.planner, StageTypeEnum.SEARCH),
        editor=(config.editor, StageTypeEnum.EDITING),
        scorer=(config.scorer, StageTypeEnum.SCORING),
        selector=(config.selector, StageTypeEnum.SELECTION),
    )
    context = filled(
        config.agent_context_prompt_template, description=function.description, tools=described(tools) or "none"
    )

    async def planned(question: str) -> str:
        chosen = await Pipeline(builder.session, stages).run([], question, context)
        plan = as_text(chosen[0].output if chosen[0].plan is None else chosen[0].plan)
        if config.verbose:
            builder.session.note(f"selected plan: {plan}")
        return filled(config.downstream_template, input_text=question, reasoning_output=plan)

    async def single(question: str) -> Any:  # noqa: ANN401  (whatever the function gives)
        return await function.ainvoke(await planned(question))

    async def stream(question: str) -> AsyncGenerator[Any]:
        async for piece in function.astream(await planned(question)):
            yield piece

    yield function.info.around(single, stream if function.streams else None)


def _able(function: Function) -> Function:
    """Return the function. Raises Unmet when it can't follow plans, or planners can't know what it does."""
    if function.info.input_type not in {str, Any}:
        raise misconfigured(
            ("augmented_fn",), f"function {function.name!r} takes no text, which questions and plans are"
        )
    if not function.description:
        message = f"function {function.name!r} has no description, which planners need; describe it in its entry"
        raise misconfigured(("augmented_fn",), message)
    return function
