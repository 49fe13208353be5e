"""Items of a conversation, as the responses protocol writes them."""

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator
from pydantic.config import JsonDict

from its_gateway.kinds import SOME, kind, told
from its_gateway.messages import GIVEN, readable
from its_gateway.strict import Strict, refuse


class Part(Strict):
    """A part of what an item says; text is the only kind that the models behind this gateway read."""

    type: Annotated[Literal["input_text", "output_text", "refusal"], BeforeValidator(readable)]
    text: str = ""
    refusal: str = ""
    annotations: list[dict[str, Any]] = Field(default=[], description=GIVEN)
    logprobs: list[dict[str, Any]] = Field(default=[], description=GIVEN)
    parsed: object = Field(default=None, description=GIVEN)

    @property
    def words(self) -> str:
        """What the part says."""
        return self.refusal if self.type == "refusal" else self.text


def _parts(content: object) -> object:
    return [{"type": "input_text", "text": content}] if isinstance(content, str) else content


Parts = Annotated[list[Part], BeforeValidator(_parts, json_schema_input_type=str | list[Part])]

_NEEDS = {
    "message": ("role", "content"),
    "function_call": ("call_id", "name", "arguments"),
    "function_call_output": ("call_id", "output"),
    "reasoning": (),
}
_ALSO = {
    "message": ("phase",),
    "function_call": ("parsed_arguments",),
    "function_call_output": (),
    "reasoning": ("summary", "content", "encrypted_content"),
}
_ALWAYS = {"type", "id", "status"}


def _kind(name: str) -> JsonDict:
    own = {*_NEEDS[name], *_ALSO[name]}
    others = [field for field in _FIELDS if field not in own]
    whole = kind({"type": {"const": name}, **dict.fromkeys(_NEEDS[name], SOME)}, others)
    return {**whole, "required": list(_NEEDS[name])} if name == _TYPE else whole


_TYPE = "message"
_FIELDS = (
    "role", "content", "call_id", "name", "arguments", "output", "phase", "summary", "parsed_arguments",
    "encrypted_content",
)  # fmt: skip


class Item(Strict):
    """One item of the input: a message, a call of a function, its output, or reasoning."""

    model_config = told(*map(_kind, _NEEDS))

    type: Literal["message", "function_call", "function_call_output", "reasoning"] = _TYPE
    role: Literal["user", "assistant", "system", "developer"] | None = None
    content: Parts | None = Field(default=None, description="What a message says: a text, or a list of text parts.")
    call_id: str | None = Field(default=None, min_length=1, description="The call, and the output that belongs to it.")
    name: str | None = Field(default=None, min_length=1, description="The function that was called.")
    arguments: str | None = Field(default=None, description="Its arguments, as JSON text.")
    output: Parts | None = Field(default=None, description="What it returned: a text, or a list of text parts.")
    id: str | None = Field(default=None, description="As a response gave it.")
    status: Literal["in_progress", "completed", "incomplete"] | None = Field(default=None, description="Likewise.")
    phase: Literal["commentary", "final_answer"] | None = Field(default=None, description="Likewise.")
    summary: list[dict[str, Any]] | None = Field(
        default=None, description="What a search told of itself; a model doesn't read it again."
    )
    encrypted_content: str | None = Field(default=None, description="Another's reasoning; no model reads it.")
    parsed_arguments: object = Field(default=None, description=GIVEN)

    @model_validator(mode="after")
    def fits_its_type(self) -> Self:
        """Refuse an item that lacks what its type needs, or has what another type's would."""
        needs = _NEEDS[self.type]
        missing = [name for name in needs if getattr(self, name) is None]
        if missing:
            raise refuse(f"an item of type {self.type!r} needs {' and '.join(missing)}")
        strange = self.model_fields_set - _ALWAYS - {*needs, *_ALSO[self.type]}
        if strange:
            raise refuse(f"an item of type {self.type!r} can't have {', '.join(sorted(strange))}")
        return self
