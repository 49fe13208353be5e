"""JSON values as they travel, where all numbers are doubles, and as they were."""

from typing import Any

from google.protobuf.struct_pb2 import Value

EXACT = 2**53
"""Up to which every whole number is a double."""


def plain(value: Value) -> Any:  # noqa: ANN401  (JSON)
    """Return a value as JSON; a whole number is an integer, as it is in JavaScript."""
    match value.WhichOneof("kind"):
        case "struct_value":
            return {name: plain(one) for name, one in value.struct_value.fields.items()}
        case "list_value":
            return [plain(one) for one in value.list_value.values]
        case "number_value":
            return _number(value.number_value)
        case "string_value":
            return value.string_value
        case "bool_value":
            return value.bool_value
        case _:
            return None


def _number(number: float) -> float:
    return int(number) if number.is_integer() and abs(number) <= EXACT else number
