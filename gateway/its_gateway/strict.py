"""The base of every part of a request: nothing is coerced, nothing is dropped, null means absent."""

from collections.abc import Callable
from typing import Annotated, Any, NoReturn, cast

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    WithJsonSchema,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError


class Strict(BaseModel):
    """A JSON object whose fields are all known and have exactly the types that they say."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    @model_validator(mode="before")
    @classmethod
    def null_is_absent(cls, value: object) -> object:
        """Leave out fields that are null, as OpenAI does; also unknown ones, as SDKs send answers back with."""
        if not isinstance(value, dict):
            return value
        fields = cast("dict[str, object]", value)
        return {name: field for name, field in fields.items() if field is not None}

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Return the schema, in which a field that may be absent may be null, and one that doesn't exist as well."""
        schema = handler(core)
        whole = handler.resolve_ref_schema(schema)
        needed: list[str] = whole.get("required", [])
        fields = {name: field if name in needed else _or_null(field) for name, field in whole["properties"].items()}
        whole["properties"] = fields
        whole["additionalProperties"] = whole.get("additionalProperties") or {"type": "null"}
        return schema


def _or_null(field: JsonSchemaValue) -> JsonSchemaValue:
    told = {name: field[name] for name in ("title", "description", "default") if name in field}
    plain = {name: value for name, value in field.items() if name not in told}
    kinds: list[JsonSchemaValue] = field.get("anyOf", [plain])
    return field if {"type": "null"} in kinds else {"anyOf": [*kinds, {"type": "null"}], **told}


def _never(_: object) -> NoReturn:
    raise refuse("this can't be honoured here")


Refused = Annotated[None, BeforeValidator(_never), WithJsonSchema({"type": "null"})]
"""A field of OpenAI's that is refused with its description, whatever it says."""


def anew(make: Callable[[], object], description: str) -> Any:  # noqa: ANN401  (a field of whatever is made)
    """Return a field that is `make()` where absent; a default that could be changed is copied deeply each time."""
    return Field(default_factory=make, description=description, json_schema_extra={"default": cast("Any", make())})


def refuse(message: str, field: str = "") -> PydanticCustomError:
    """Return the error that a validator raises to refuse its value, or that `field` of it, with `message`."""
    return PydanticCustomError("refused", "{message}", {"message": message, "field": field})
