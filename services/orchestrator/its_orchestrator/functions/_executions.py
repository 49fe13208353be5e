"""Executions: a function run several times, as the search of a pipeline."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from its_orchestrator.components.config import ITSStrategyBaseConfig
from its_orchestrator.components.failing import none_succeeded
from its_orchestrator.components.item import ITSItem, as_text
from its_orchestrator.components.stages import PipelineTypeEnum, StageTypeEnum
from its_orchestrator.components.strategy_base import StrategyBase, failures, succeeded
from its_orchestrator.functions._agreement import Agreement


class ExecutionsConfig(ITSStrategyBaseConfig, name="executions"):
    """There is nothing to configure."""


class Executions(StrategyBase[ExecutionsConfig]):
    """Run `work` several times, `concurrency` at once; each result is an item, and a failed run is none.

    `enough` equal results in a row, in the order of the runs, stop those that still run.
    """

    stage = StageTypeEnum.SEARCH
    pipelines = tuple(PipelineTypeEnum)
    may_start_empty = True

    def __init__(
        self,
        work: Callable[[], Awaitable[Any]],
        number: int,
        *,
        concurrency: int | None = None,
        enough: int | None = None,
    ) -> None:
        super().__init__(ExecutionsConfig())
        self._work = work
        self._number = number
        self._concurrency = concurrency or number
        self._enough = enough

    async def ainvoke(
        self,
        items: list[ITSItem],
        original_prompt: str | None = None,
        agent_context: str | None = None,
        **kwargs: object,
    ) -> list[ITSItem]:
        agreement, gate = Agreement(self._number, self._enough), asyncio.Semaphore(self._concurrency)

        async def execute(place: int) -> ITSItem:
            async with gate:
                output = await agreement.unless_reached(place, self._work, as_text)
            return ITSItem(input=original_prompt, output=output)

        results = await self.turn.all([partial(execute, place) for place in range(self._number)])
        results = results[: agreement.last + 1]
        if not (outcomes := succeeded(results)):
            raise none_succeeded(f"none of {self._number} executions succeeded", failures(results))
        return outcomes
