"""Tool orchestration: tasks for tools, each done in several ways at once, of which the best result is kept."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass

from pydantic import Field

from its_orchestrator.components.builder import Builder
from its_orchestrator.components.config import FunctionBaseConfig
from its_orchestrator.components.function import Function, FunctionInfo
from its_orchestrator.components.item import ITSItem
from its_orchestrator.components.pipeline import Pipeline
from its_orchestrator.components.references import FunctionRef, ITSStrategyRef
from its_orchestrator.components.register import register_function
from its_orchestrator.components.session import Session
from its_orchestrator.components.stages import PipelineTypeEnum, StageTypeEnum
from its_orchestrator.components.strategy import Strategy
from its_orchestrator.functions._staged import staged
from its_orchestrator.functions._tool_runs import ToolRuns
from its_orchestrator.functions._tool_use import ToolUse
from its_orchestrator.functions._tools import described, tools_named
from its_runtime.errors import ItsError


class ITSToolOrchestrationConfig(
    FunctionBaseConfig,
    name="its_tool_orchestration",
    aliases=("ttc_tool_orchestration", "its_tool_orchestration_function", "ttc_tool_orchestration_function"),
):
    """Parameters of its_tool_orchestration."""

    augmented_fns: list[FunctionRef] = Field(min_length=1, description="The tools: functions, or groups of them.")
    search_strategy: ITSStrategyRef | None = Field(default=None, description="The strategy that rewrites tasks.")
    editing_strategy: ITSStrategyRef | None = Field(default=None, description="The strategy that edits outputs.")
    scoring_strategy: ITSStrategyRef | None = Field(default=None, description="The strategy that scores outputs.")
    selection_strategy: ITSStrategyRef = Field(description="The strategy that selects among one task's outputs.")


@register_function(config_type=ITSToolOrchestrationConfig)
async def its_tool_orchestration(config: ITSToolOrchestrationConfig, builder: Builder) -> AsyncGenerator[FunctionInfo]:
    """Use several tools at once, each task in several wordings, and keep the best output of each task."""
    tools = {one.name: one for one in await tools_named(builder, config.augmented_fns)}
    before = await staged(
        builder, PipelineTypeEnum.TOOL_USE, search_strategy=(config.search_strategy, StageTypeEnum.SEARCH)
    )
    after = await staged(
        builder,
        PipelineTypeEnum.TOOL_USE,
        editing_strategy=(config.editing_strategy, StageTypeEnum.EDITING),
        scoring_strategy=(config.scoring_strategy, StageTypeEnum.SCORING),
        selection_strategy=(config.selection_strategy, StageTypeEnum.SELECTION),
    )
    using = Using(builder.session, tools, {**before, "augmented_fns": ToolRuns(tools), **after})

    async def use(uses: list[ToolUse]) -> list[ToolUse]:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(using.done(one)) for one in uses]
        return [task.result() for task in tasks]

    yield FunctionInfo.from_fn(use, description=f"Uses tools:\n{described([*tools.values()])}")


@dataclass(frozen=True, slots=True)
class Using:
    """Does tasks with tools, each in a pipeline of its own: its items are alternatives to one another alone."""

    session: Session
    tools: Mapping[str, Function]
    stages: Mapping[str, Strategy]

    async def done(self, use: ToolUse) -> ToolUse:
        """Return the task with its output, or with the reason why there is none."""
        tool = self.tools.get(use.tool_name)
        why = {"task_description": use.task_description, "motivation": use.motivation}
        item = ITSItem(input=use.task_description, name=use.tool_name, metadata=why)
        try:
            pipeline = Pipeline(self.session, self.stages)
            chosen = await pipeline.run([item], use.task_description, tool.description if tool else None)
        except ItsError as error:
            return use.model_copy(update={"output": None, "error": error.message})
        return use.model_copy(update={"output": chosen[0].output, "error": None})
