"""Functions that a model may call, as the responses protocol writes them."""

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from its_gateway.kinds import TEXT, kind, told
from its_gateway.strict import Strict, refuse


class CallableFunction(Strict):
    """A function that the model may call; OpenAI's own tools don't run here."""

    type: Literal["function"]
    name: str = Field(min_length=1)
    description: str = ""
    parameters: dict[str, object] | None = Field(default=None, description="JSON schema of the arguments.")
    strict: bool = Field(default=False, description="Whether what doesn't follow the schema is no call.")


Modes = Literal["none", "auto", "required"]


def _mode(choice: object) -> object:
    return {"type": choice} if isinstance(choice, str) else choice


class NamedFunction(Strict):
    """A function, by name."""

    type: Literal["function"]
    name: str


class FunctionChoice(Strict):
    """Whether the model may, must or must not call functions."""

    model_config = told(
        kind({"type": {"const": "function"}, "name": TEXT}, ["mode", "tools"]),
        kind({"type": {"const": "allowed_tools"}, "mode": TEXT, "tools": {"type": "array"}}, ["name"]),
        kind({"type": {"enum": ["none", "auto", "required"]}}, ["name", "mode", "tools"]),
    )

    type: Literal["none", "auto", "required", "function", "allowed_tools"]
    name: str | None = None
    mode: Literal["auto", "required"] | None = Field(
        default=None, description="Whether the model may or must call one of `tools`; it hears of no other."
    )
    tools: list[NamedFunction] | None = Field(default=None, min_length=1)

    @model_validator(mode="after")
    def has_what_its_type_needs(self) -> Self:
        """Refuse a mode and names that don't belong together."""
        needs = {"name": "function", "mode": "allowed_tools", "tools": "allowed_tools"}
        for field, needy in needs.items():
            if (self.type == needy) != (getattr(self, field) is not None):
                raise refuse(f"`{field}` goes with type {needy!r}, and that type needs it")
        return self

    @property
    def as_asked(self) -> dict[str, Any] | str:
        """What was asked, as the protocol says it back: a word, where a word says it all."""
        return self.model_dump(exclude_none=True) if self.name or self.tools else self.type


AnyChoice = Annotated[FunctionChoice, BeforeValidator(_mode, json_schema_input_type=Modes | FunctionChoice)]
