"""Messages of a conversation, as OpenAI's clients write them and send them back."""

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator
from pydantic.config import JsonDict

from its_gateway.kinds import EMPTY, SOME, TEXT, kind, told
from its_gateway.strict import Strict, anew, refuse


def readable(kind: object) -> object:
    """Return the kind of a part, if models can read it. Raises what refuses it."""
    if kind in _UNREADABLE:
        raise refuse(f"{kind!r} parts can't be read here; the models behind this gateway read text")
    return kind


_UNREADABLE = ("image_url", "input_audio", "file", "input_image", "input_file")
GIVEN = "As an answer gave it, or an SDK made of one; not read by the model."


class TextPart(Strict):
    """A part of a message's content; text is the only kind that the models behind this gateway read.

    What an assistant refused to say, in its own part, is text too.
    """

    model_config = told(
        kind({"type": {"const": "text"}, "text": TEXT}, ["refusal"]),
        kind({"type": {"const": "refusal"}, "refusal": TEXT}, ["text"]),
    )

    type: Annotated[Literal["text", "refusal"], BeforeValidator(readable)]
    text: str = ""
    refusal: str = ""

    @model_validator(mode="after")
    def has_its_text(self) -> Self:
        """Refuse a part without the text of its kind, or with another's."""
        other = "refusal" if self.type == "text" else "text"
        if self.type not in self.model_fields_set or other in self.model_fields_set:
            raise refuse(f"a part of type {self.type!r} needs `{self.type}`, and no `{other}`")
        return self

    @property
    def said(self) -> str:
        """What it says."""
        return self.text or self.refusal


def _parts(content: object) -> object:
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


Content = Annotated[list[TextPart], BeforeValidator(_parts, json_schema_input_type=str | list[TextPart])]


class CalledFunction(Strict):
    """What an assistant called: a function and its arguments as JSON text."""

    name: str = Field(min_length=1)
    arguments: str = ""
    parsed_arguments: object = Field(default=None, description=GIVEN)


class ToolCall(Strict):
    """A tool that an assistant called."""

    id: str
    type: Literal["function"] = "function"
    function: CalledFunction
    index: int | None = Field(default=None, description=GIVEN)


_SOME_TEXT: JsonDict = {"type": "string", "minLength": 1}
_PLAIN: JsonDict = {"type": "array", "items": {"properties": {"type": {"const": "text"}}}}
_SAID: JsonDict = {"anyOf": [TEXT, _PLAIN]}
_ASSISTANT: JsonDict = {"const": "assistant"}
_OTHERS = ("tool_calls", "refusal", "tool_call_id")


class ChatMessage(Strict):
    """One message, of any role."""

    model_config = told(
        kind({"role": {"enum": ["developer", "system", "user"]}, "content": _SAID}, _OTHERS, EMPTY),
        kind({"role": {"const": "tool"}, "content": _SAID, "tool_call_id": _SOME_TEXT}, _OTHERS[:2], EMPTY),
        kind({"role": _ASSISTANT, "content": SOME}, _OTHERS[2:], EMPTY),
        kind({"role": _ASSISTANT, "tool_calls": {"type": "array", "minItems": 1}}, _OTHERS[2:], EMPTY),
        kind({"role": _ASSISTANT, "refusal": _SOME_TEXT}, _OTHERS[2:], EMPTY),
    )

    role: Literal["developer", "system", "user", "assistant", "tool"]
    content: Content | None = Field(default=None, description="A text, or a list of text parts.")
    refusal: str = Field(default="", description="What an assistant said in place of content.")
    name: str = Field(default="", description="Who speaks, where several share a role.")
    tool_calls: list[ToolCall] = anew(list, "Tools that an assistant message calls.")
    tool_call_id: str = Field(default="", description="The call that a tool message answers.")

    annotations: list[dict[str, object]] = anew(list, GIVEN)
    parsed: object = Field(default=None, description=GIVEN)
    reasoning_content: str = Field(default="", description=GIVEN)

    @model_validator(mode="after")
    def fits_its_role(self) -> Self:
        """Refuse a message that lacks what its role needs, or has what another role's would."""
        if self.tool_calls and self.role != "assistant":
            raise refuse(f"a message of role {self.role!r} can't have tool_calls; only an assistant's can")
        if (self.role == "tool") != bool(self.tool_call_id):
            raise refuse("a message of role 'tool' needs the tool_call_id that it answers; no other role has one")
        if self.refusal and self.role != "assistant":
            raise refuse(f"a message of role {self.role!r} can't have a refusal; only an assistant's can")
        if any(part.type == "refusal" for part in self.content or ()) and self.role != "assistant":
            raise refuse(
                f"a message of role {self.role!r} can't have a part of type 'refusal'; only an assistant's can"
            )
        if self.content is None and not self.tool_calls and not self.refusal:
            raise refuse(f"a message of role {self.role!r} needs content" + self._or_calls())
        return self

    @property
    def texts(self) -> list[str]:
        """What it says, in order."""
        return [part.said for part in self.content or ()] + ([self.refusal] if self.refusal else [])

    def _or_calls(self) -> str:
        return ", tool_calls, or both" if self.role == "assistant" else ": a text or a list of text parts"
