"""Tools, and which of them may be called, as OpenAI's clients write them."""

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from its_gateway.kinds import OBJECT, kind, told
from its_gateway.strict import Strict, refuse


class FunctionTool(Strict):
    """A function that the model may call."""

    name: str = Field(min_length=1)
    description: str = ""
    parameters: dict[str, object] | None = Field(default=None, description="JSON schema of the arguments.")
    strict: bool = Field(default=False, description="Whether what doesn't follow the schema is no call.")


class Tool(Strict):
    """A tool that the model may call; functions are the only kind."""

    type: Literal["function"]
    function: FunctionTool


class NamedFunction(Strict):
    """A function, by name."""

    name: str


class NamedTool(Strict):
    """A tool, by name."""

    type: Literal["function"]
    function: NamedFunction


class AllowedTools(Strict):
    """Some of the tools, and whether the model may or must call one of them; it hears of no other."""

    mode: Literal["auto", "required"]
    tools: list[NamedTool] = Field(min_length=1)


def _mode(choice: object) -> object:
    return {"type": choice} if isinstance(choice, str) else choice


class ToolChoice(Strict):
    """Whether the model may, must or must not call tools."""

    model_config = told(
        kind({"type": {"const": "function"}, "function": OBJECT}, ["allowed_tools"]),
        kind({"type": {"const": "allowed_tools"}, "allowed_tools": OBJECT}, ["function"]),
        kind({"type": {"enum": ["none", "auto", "required"]}}, ["function", "allowed_tools"]),
    )

    type: Literal["none", "auto", "required", "function", "allowed_tools"]
    function: NamedFunction | None = None
    allowed_tools: AllowedTools | None = None

    @model_validator(mode="after")
    def has_what_its_type_needs(self) -> Self:
        """Refuse a mode and names that don't belong together."""
        for needy, given in (("function", self.function), ("allowed_tools", self.allowed_tools)):
            if (self.type == needy) != (given is not None):
                raise refuse(f"`{needy}` goes with type {needy!r}, and that type needs it")
        return self

    @property
    def mode(self) -> str:
        """Whether the model may, must or must not call a tool, or calls the one that is named: `function`."""
        return self.allowed_tools.mode if self.allowed_tools else self.type

    @property
    def names(self) -> frozenset[str]:
        """The tools that it names; none where it speaks of all."""
        some = [one.function for one in self.allowed_tools.tools] if self.allowed_tools else []
        return frozenset(one.name for one in (*some, self.function) if one)


_Modes = Literal["none", "auto", "required"]
AnyToolChoice = Annotated[ToolChoice, BeforeValidator(_mode, json_schema_input_type=_Modes | ToolChoice)]
