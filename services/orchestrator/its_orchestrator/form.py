"""The form that an answer must have, and why a text doesn't have it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, Protocol, cast

import jsonschema_rs

from its_runtime.errors import InvalidRequest

Kind = Literal["json_schema", "json_object", "regex", "grammar"]
FIELD = "structured_output"

_LONGEST = 200
"""Characters of a reason; schemas can be long."""


class _Validator(Protocol):
    def validate(self, instance: object) -> None: ...


@dataclass(frozen=True)
class Form:
    """A form in the contract's words. Patterns match in linear time, and nothing is fetched."""

    kind: Kind
    definition: str = ""
    """The JSON schema, regular expression or grammar; empty for `json_object`."""
    field: str = ""
    """Where a request says it; empty where it says how the whole answer must be."""

    def checked(self) -> "Form":
        """Return it. Raises InvalidRequest, with the place at fault, when it is no form that texts can have."""
        _ = self._validator
        return self

    def why_not(self, text: str) -> str | None:
        """Return why `text` doesn't have the form; None when it has it, or where only an engine can tell."""
        if self._validator is None:
            return None
        try:
            document = text if self.kind == "regex" else _parsed(text)
            self._validator.validate(document)
        except jsonschema_rs.ValidationError as error:
            return f"{_inside(error.instance_path)}{error.message[:_LONGEST]}"
        except (ValueError, RecursionError) as error:
            return f"it is no JSON: {error}"
        return None

    @cached_property
    def _validator(self) -> _Validator | None:
        if self.kind == "grammar":
            return None
        return _compiled(self._place, self._schema())

    def _schema(self) -> object:
        if self.kind == "json_object":
            return {"type": "object"}
        if self.kind == "regex":
            return {"type": "string", "pattern": f"^(?:{self.definition})$"}
        return _schema(self._place, self.definition)

    @property
    def _place(self) -> str:
        return self.field or f"{FIELD}.{self.kind}"


def _schema(field: str, text: str) -> object:
    try:
        schema = _parsed(text)
    except (ValueError, RecursionError) as error:
        raise InvalidRequest.field(field, f"the schema is no JSON: {error}") from error
    if not isinstance(schema, dict | bool):
        raise InvalidRequest.field(field, "a JSON schema is an object, or true or false")
    return cast("object", schema)


def _parsed(text: str) -> Any:  # noqa: ANN401  (any document)
    return json.loads(text, parse_constant=_refuse)


def _compiled(field: str, schema: object) -> _Validator:
    try:
        options = jsonschema_rs.RegexOptions()
        made = jsonschema_rs.validator_for(cast("Any", schema), mask="it", pattern_options=options, offline=True)
    except jsonschema_rs.ValidationError as error:
        place = "" if field.endswith("regex") else "".join(f".{step}" for step in error.instance_path)
        raise InvalidRequest.field(f"{field}{place}", f"this can't be used: {error.message[:_LONGEST]}") from error
    except (ValueError, jsonschema_rs.ReferencingError) as error:
        raise InvalidRequest.field(field, f"this can't be used: {str(error)[:_LONGEST]}") from error
    return cast("_Validator", made)


def _inside(path: Sequence[str | int]) -> str:
    return f"{'.'.join(map(str, path))}: " if path else ""


def _refuse(constant: str) -> object:
    raise ValueError(f"{constant} is no JSON")
