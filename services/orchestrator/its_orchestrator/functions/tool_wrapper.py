"""Tool wrapper: lets a function with structured arguments be called with plain words."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Annotated, Any

from pydantic import Field

from its_orchestrator.components.builder import Builder
from its_orchestrator.components.config import FunctionBaseConfig
from its_orchestrator.components.failing import misconfigured
from its_orchestrator.components.function import FunctionInfo
from its_orchestrator.components.references import FunctionRef, LLMRef
from its_orchestrator.components.register import register_function
from its_orchestrator.components.template import variables
from its_orchestrator.functions._arguments import Arguments
from its_orchestrator.functions._prompts import ARGUMENTS


class ITSToolWrapperConfig(
    FunctionBaseConfig,
    name="its_tool_wrapper",
    aliases=("ttc_tool_wrapper", "its_tool_wrapper_function", "ttc_tool_wrapper_function"),
):
    """Parameters of its_tool_wrapper."""

    augmented_fn: FunctionRef = Field(description="The function that is called.")
    input_llm: LLMRef = Field(description="The LLM that finds the arguments.")
    tool_description: str | None = Field(default=None, description="What it does; empty for the function's own words.")
    verbose: bool = Field(default=False, description="Whether the arguments are noted in the run's events.")
    downstream_template: Annotated[
        str, variables("function_description", "input_schema", "output_schema", "task_description")
    ] = Field(
        default=ARGUMENTS,
        description="What the LLM is asked: {function_description}, {input_schema}, {output_schema}, "
        "{task_description}.",
    )


@register_function(config_type=ITSToolWrapperConfig)
async def its_tool_wrapper(config: ITSToolWrapperConfig, builder: Builder) -> AsyncGenerator[FunctionInfo]:
    """Have a language model find a function's arguments in plain words, and call it with them."""
    function = await builder.get_function(config.augmented_fn)
    description = config.tool_description or function.description
    if not description:
        message = f"function {function.name!r} has no description, which models need; give tool_description"
        raise misconfigured(("augmented_fn",), message)
    arguments = Arguments(await builder.get_llm(config.input_llm), function, description, config.downstream_template)

    async def call(task: str) -> Any:  # noqa: ANN401  (whatever the function gives)
        found = await arguments.found(task)
        if config.verbose:
            builder.session.note(f"{function.name} is called with {found}")
        return await function.ainvoke(found)

    info = FunctionInfo.from_fn(call, description=description)
    yield replace(info, output_type=function.info.output_type)
