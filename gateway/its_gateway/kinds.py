"""Kinds of one object, as JSON schema tells them: what each value of one field needs of the others, or forbids."""

from collections.abc import Iterable, Mapping

from pydantic import ConfigDict
from pydantic.config import JsonDict, JsonValue

EMPTY: JsonDict = {"enum": [None, "", []]}
NULL: JsonDict = {"type": "null"}
TEXT: JsonDict = {"type": "string"}
SOME: JsonDict = {"type": ["string", "array"]}
OBJECT: JsonDict = {"type": "object"}


def kind(needs: Mapping[str, JsonValue], without: Iterable[str] = (), absent: JsonDict = NULL) -> JsonDict:
    """Return the kind of object that has the fields `needs`, each as its schema says, and not those `without`.

    A field that is not there may be null; `absent` says what else means the same.
    """
    return {"properties": {**needs, **dict.fromkeys(without, absent)}, "required": list(needs)}


def told(*kinds: JsonDict) -> ConfigDict:
    """Return the configuration of a model of which each value is of one of `kinds`, as its validators hold."""
    return ConfigDict(json_schema_extra={"anyOf": list(kinds)})
