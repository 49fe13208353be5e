"""The configuration of a component: a pydantic model whose class names the `_type` that stands in its.yaml."""

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict


class TypedConfig(BaseModel):
    """What an entry `{_type: name, ...}` becomes: `class MyConfig(ITSStrategyBaseConfig, name="my_strategy")`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type_name: ClassVar[str] = ""
    """The `_type`; empty for a base class."""
    aliases: ClassVar[tuple[str, ...]] = ()
    """Other names under which the type is found."""

    def __init_subclass__(cls, name: str = "", aliases: tuple[str, ...] = (), **kwargs: Any) -> None:  # noqa: ANN401
        super().__init_subclass__(**kwargs)
        cls.type_name = name
        cls.aliases = aliases

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:  # noqa: ANN401  (pydantic hands it the class's words)
        super().__pydantic_init_subclass__()


class LLMBaseConfig(TypedConfig):
    """What an entry of `llms` has in common."""


class FunctionBaseConfig(TypedConfig):
    """What an entry of `functions` has in common."""


class FunctionGroupBaseConfig(TypedConfig):
    """What an entry of `function_groups` has in common."""


class ITSStrategyBaseConfig(TypedConfig):
    """What an entry of `its_strategies` has in common."""
