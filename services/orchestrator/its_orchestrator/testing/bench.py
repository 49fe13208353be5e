"""A bench: strategies and functions of one its.yaml, tried one by one in a run whose events can be looked at."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from its_orchestrator.budget import NO_LIMIT, Budget
from its_orchestrator.components.item import ITSItem
from its_orchestrator.components.pipeline import Pipeline
from its_orchestrator.components.session import Session
from its_orchestrator.components.stages import PipelineTypeEnum, StageTypeEnum
from its_orchestrator.components.supplies import supplies
from its_orchestrator.limits.recorder import Recorder
from its_orchestrator.running.run import Engines
from its_orchestrator.workflows.blueprint import Drawing
from its_orchestrator.workflows.workshop import Workshop, workshop
from its_runtime.errors import InvalidRequest


class Bench:
    """One run of what `values`, the sections of an its.yaml, describe."""

    def __init__(
        self,
        values: Mapping[str, Any],
        *,
        seed: int = 0,
        budget: Budget = NO_LIMIT,
        engines: Engines | None = None,
    ) -> None:
        """Raise InvalidRequest when the sections aren't right."""
        self.recorder = Recorder("bench", frozenset())
        self.session = Session(self.recorder, seed=seed, budget=budget)
        self.blueprint = Drawing().read(values)
        self._engines = engines
        if self.blueprint.findings:
            wrong = [f"{'.'.join(map(str, one.where))}: {one.message}" for one in self.blueprint.findings]
            raise InvalidRequest("; ".join(wrong))

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[Workshop]:
        """Yield the run's builder; its budget of seconds runs inside the block."""
        async with supplies(self._engines) as supplied, workshop(self.blueprint, self.session, supplied) as builder:
            with self.session.watch:
                yield builder

    async def stage(
        self,
        stage: str,
        name: str,
        items: Sequence[ITSItem] = (),
        *,
        pipeline: str = "planning",
        prompt: str = "the task",
        context: str = "the objective",
    ) -> list[ITSItem]:
        """Run one strategy as a pipeline of its own, on items that bring their scores."""
        async with self.open() as builder:
            return await self.staged(builder, stage, name, items, pipeline=pipeline, prompt=prompt, context=context)

    async def staged(
        self,
        builder: Workshop,
        stage: str,
        name: str,
        items: Sequence[ITSItem] = (),
        *,
        pipeline: str = "planning",
        prompt: str = "the task",
        context: str = "the objective",
    ) -> list[ITSItem]:
        """Do as `stage` with a builder that is open, so that connections are kept."""
        strategy = await builder.get_its_strategy(name, PipelineTypeEnum(pipeline), StageTypeEnum(stage))
        strategy.needs_scores = False
        return await Pipeline(self.session, {name: strategy}).run(items, prompt, context, may_end_empty=True)

    async def call(self, name: str, value: object) -> Any:  # noqa: ANN401  (any function's output)
        """Call a function."""
        async with self.open() as builder:
            return await (await builder.get_function(name)).ainvoke(value)

    def events(self, kind: type) -> list[Any]:
        """Return what happened of one kind."""
        return [event.kind for event in self.recorder.events if isinstance(event.kind, kind)]
