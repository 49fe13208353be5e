"""The decorators that give a component its `_type`."""

import inspect
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar, cast

from its_orchestrator.components.builder import Builder
from its_orchestrator.components.config import (
    FunctionBaseConfig,
    FunctionGroupBaseConfig,
    ITSStrategyBaseConfig,
    LLMBaseConfig,
)
from its_orchestrator.components.references import Section
from its_orchestrator.components.registry import REGISTRY, Build, Registered
from its_orchestrator.components.strategy_base import StrategyBase
from its_runtime.errors import Unmet

Made = TypeVar("Made", bound=Callable[..., Any])


def register_its_strategy(config_type: type[ITSStrategyBaseConfig]) -> Callable[[Made], Made]:
    """Register a strategy: a subclass of StrategyBase, or an async generator function that yields one.

    The function gets `(config, builder)`; what follows its `yield` runs when the run ends.
    """

    def decorate(made: Made) -> Made:
        REGISTRY.register(_registered_strategy(made, config_type))
        return made

    return decorate


register_ttc_strategy = register_its_strategy
"""The later name of `register_its_strategy`."""


def register_function(config_type: type[FunctionBaseConfig]) -> Callable[[Made], Made]:
    """Register an async generator function of `(config, builder)` that yields an async function or a FunctionInfo."""
    return _registering(Section.FUNCTION, config_type)


def register_function_group(config_type: type[FunctionGroupBaseConfig]) -> Callable[[Made], Made]:
    """Register an async generator function of `(config, builder)` that yields functions by name."""
    return _registering(Section.GROUP, config_type)


def register_llm_provider(config_type: type[LLMBaseConfig]) -> Callable[[Made], Made]:
    """Register an async generator function of `(config, supplies)` that yields a Provider for all runs of a process."""
    return _registering(Section.LLM, config_type)


def _registering(section: Section, config_type: Any) -> Callable[[Made], Made]:  # noqa: ANN401
    def decorate(made: Made) -> Made:
        REGISTRY.register(Registered(section, config_type, _of_generator(made), _summary(made, config_type)))
        return made

    return decorate


def _registered_strategy(made: Callable[..., Any], config_type: type[ITSStrategyBaseConfig]) -> Registered:
    kind = made if inspect.isclass(made) else None
    build = _of_class(made) if kind else _of_generator(made)
    return Registered(Section.STRATEGY, config_type, build, _summary(made, config_type), kind)


def _of_generator(made: Callable[..., Any]) -> Build:
    if not inspect.isasyncgenfunction(made):
        raise Unmet(
            f"{made.__name__} can't be registered: write an async function of (config, builder) that yields once"
        )
    return asynccontextmanager(made)


def _of_class(kind: Callable[..., Any]) -> Build:
    if not (inspect.isclass(kind) and issubclass(kind, StrategyBase)):
        raise Unmet(f"{kind.__name__} can't be registered: a strategy is a subclass of StrategyBase")

    @asynccontextmanager
    async def build(config: ITSStrategyBaseConfig, builder: Builder) -> AsyncGenerator[StrategyBase[Any]]:
        strategy = cast("StrategyBase[Any]", kind(config))
        await strategy.build_components(builder)
        yield strategy

    return build


def _summary(*made: object) -> str:
    """Return the first sentence of the first docstring that there is."""
    texts = (inspect.cleandoc(getattr(one, "__doc__", "") or "") for one in made)
    return " ".join(next((text for text in texts if text), "").split("\n\n")[0].split())
