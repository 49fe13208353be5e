"""Runs of tools, as a stage of a pipeline: each item's tool is called with what the item asks for."""

from collections.abc import Mapping

from its_orchestrator.components.config import ITSStrategyBaseConfig
from its_orchestrator.components.failing import none_succeeded
from its_orchestrator.components.function import Function
from its_orchestrator.components.item import ITSItem
from its_orchestrator.components.stages import PipelineTypeEnum, StageTypeEnum
from its_orchestrator.components.strategy_base import StrategyBase, failures, succeeded
from its_runtime.errors import NotFound


class ToolRunsConfig(ITSStrategyBaseConfig, name="tool_runs"):
    """There is nothing to configure."""


class ToolRuns(StrategyBase[ToolRunsConfig]):
    """Call the tools of all items at once; an item whose tool doesn't exist or fails is none any more."""

    stage = StageTypeEnum.CUSTOM
    pipelines = (PipelineTypeEnum.TOOL_USE,)

    def __init__(self, tools: Mapping[str, Function]) -> None:
        super().__init__(ToolRunsConfig())
        self._tools = tools

    async def ainvoke(
        self,
        items: list[ITSItem],
        original_prompt: str | None = None,
        agent_context: str | None = None,
        **kwargs: object,
    ) -> list[ITSItem]:
        results = await self.turn.each(items, self._run)
        if not (used := succeeded(results)):
            raise none_succeeded("no call of the tool succeeded", failures(results))
        return used

    async def _run(self, item: ITSItem) -> ITSItem:
        name = item.name or ""
        if name not in self._tools:
            raise NotFound(f"there is no tool called {name!r}; there are {', '.join(self._tools)}")
        query = item.input if item.output is None else item.output
        return item.derived(input=query, output=await self._tools[name].ainvoke(query))
