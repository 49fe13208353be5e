"""Types of functions whose input is described by a JSON schema, such as tools of other processes."""

import json
from dataclasses import dataclass
from typing import Annotated, Any, cast

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from its_orchestrator.form import Form


@dataclass(frozen=True)
class JsonType:
    """Marks JSON values that follow a schema."""

    schema: str
    """As JSON."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:  # noqa: ANN401
        return core_schema.no_info_plain_validator_function(self._checked)

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        schema = json.loads(self.schema)
        return cast("dict[str, Any]", _whole(schema, schema.pop("$defs", {}), ()))

    def _checked(self, value: object) -> object:
        if why := Form("json_schema", self.schema).why_not(json.dumps(value)):
            raise ValueError(why)
        return value


def json_type(schema: dict[str, Any]) -> Any:  # noqa: ANN401  (a type)
    """Return the type of JSON values that follow `schema`."""
    return Annotated[Any, JsonType(json.dumps(schema))]


def _whole(part: object, definitions: dict[str, Any], inside: tuple[str, ...]) -> object:
    """Return part of a schema with what it refers to in the reference's place; nothing where that has no end."""
    if isinstance(part, list):
        return [_whole(one, definitions, inside) for one in cast("list[object]", part)]
    if not isinstance(part, dict):
        return part
    fields = cast("dict[str, Any]", part)
    name = str(fields.get("$ref", "")).removeprefix("#/$defs/")
    if name in definitions:
        return {} if name in inside else _whole(definitions[name], definitions, (*inside, name))
    return {key: _whole(value, definitions, inside) for key, value in fields.items()}
