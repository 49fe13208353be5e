"""Executions: a function run several times, as the search of a pipeline."""

from collections.abc import Awaitable, Callable
from typing import Any

from its_orchestrator.components.config import ITSStrategyBaseConfig
from its_orchestrator.components.failing import none_succeeded
from its_orchestrator.components.item import ITSItem
from its_orchestrator.components.stages import PipelineTypeEnum, StageTypeEnum
from its_orchestrator.components.strategy_base import StrategyBase, failures, succeeded


class ExecutionsConfig(ITSStrategyBaseConfig, name="executions"):
    """There is nothing to configure."""


class Executions(StrategyBase[ExecutionsConfig]):
    """Run `work` several times at once; each result is an item, and a failed run is none."""

    stage = StageTypeEnum.SEARCH
    pipelines = tuple(PipelineTypeEnum)
    may_start_empty = True

    def __init__(self, work: Callable[[], Awaitable[Any]], number: int) -> None:
        super().__init__(ExecutionsConfig())
        self._work = work
        self._number = number

    async def ainvoke(
        self,
        items: list[ITSItem],
        original_prompt: str | None = None,
        agent_context: str | None = None,
        **kwargs: object,
    ) -> list[ITSItem]:
        async def execute() -> ITSItem:
            return ITSItem(input=original_prompt, output=await self._work())

        results = await self.turn.all([execute] * self._number)
        if not (outcomes := succeeded(results)):
            raise none_succeeded(f"none of {self._number} executions succeeded", failures(results))
        return outcomes
