"""What can be chosen: every type of strategy, and every function of a blueprint."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, get_origin

import structlog

from its_orchestrator.components.config import TypedConfig
from its_orchestrator.components.function import Function
from its_orchestrator.components.references import Section
from its_orchestrator.components.registry import REGISTRY, Registered
from its_orchestrator.components.session import Session
from its_orchestrator.components.stages import PipelineTypeEnum, StageTypeEnum
from its_orchestrator.components.strategy import Strategy
from its_orchestrator.components.supplies import supplies
from its_orchestrator.workflows.blank import Blank
from its_orchestrator.workflows.blueprint import Blueprint
from its_orchestrator.workflows.runner import Runner
from its_orchestrator.workflows.workshop import workshop
from its_runtime.errors import ItsError

SOON = 3.0
"""Seconds that a listing waits for what it can do without."""
_log = structlog.get_logger("its.workflows")


@dataclass(frozen=True, slots=True)
class StrategyListing:
    """One type of strategy."""

    type: str
    aliases: tuple[str, ...]
    summary: str
    stage: StageTypeEnum
    pipelines: tuple[PipelineTypeEnum, ...]
    schema: dict[str, Any]
    """JSON schema of its fields."""


async def strategies() -> list[StrategyListing]:
    """Return every type of strategy, in the order of their stages and names; one that can't be described is logged."""
    found = [one for kind in REGISTRY.all(Section.STRATEGY) if (one := await _described(kind))]
    stages = list(StageTypeEnum)
    return sorted(found, key=lambda one: (stages.index(one.stage), one.type))


def names(runner: Runner) -> list[str]:
    """Return the names of a runner's functions, but for those of groups, which are known once these are built."""
    return sorted(runner.blueprint.of(Section.FUNCTION))


async def functions(runner: Runner) -> list[Function]:
    """Return every function of a runner's blueprint, those of groups included, in the order of their names.

    What can't be built soon, such as the tools of a server that doesn't answer, is logged and left out.
    """
    async with runner.workshop(Session.alone()) as builder:
        wanted = [*runner.blueprint.of(Section.FUNCTION), *runner.blueprint.of(Section.GROUP)]
        found: list[Function] = []
        soon = asyncio.get_running_loop().time() + SOON
        for name in wanted:
            try:
                async with asyncio.timeout_at(soon):
                    found += await builder.get_functions(name)
            except (ItsError, TimeoutError) as error:
                _log.warning("function left out", function=name, reason=str(error) or f"not built within {SOON:g} s")
    return sorted(found, key=lambda one: one.name)


async def _described(kind: Registered) -> StrategyListing | None:
    config = kind.config_type
    try:
        strategy = await _built(kind)
        stage, pipelines = strategy.stage_type(), tuple(strategy.supported_pipeline_types())
    except Exception as error:  # noqa: BLE001  (a stranger's strategy may raise anything when it isn't configured)
        _log.warning("strategy left out", strategy=kind.name, reason=str(error))
        return None
    return StrategyListing(kind.name, config.aliases, kind.summary, stage, pipelines, config.model_json_schema())


async def _built(kind: Registered) -> Strategy:
    """Return a strategy that is configured with nothing and has nothing to work with, but can say what it is."""
    config = _empty(kind.config_type)
    if kind.made_of is not None:
        return kind.made_of(config)
    async with AsyncExitStack() as stack:
        supplied = await stack.enter_async_context(supplies())
        builder = await stack.enter_async_context(workshop(Blueprint(), Session.alone(), supplied, Blank))
        return await stack.enter_async_context(kind.build(config, builder))


def _empty(kind: type[TypedConfig]) -> TypedConfig:
    """Return a configuration whose required fields hold nothing."""
    required = {name: one.annotation for name, one in kind.model_fields.items() if one.is_required()}
    nothing: dict[str, Any] = {name: [] if get_origin(one) is list else "" for name, one in required.items()}
    return kind.model_construct(**nothing)
