"""Constraints of the .proto, enforced: protovalidate's verdicts as our errors that name every field."""

import protovalidate
from google.protobuf.message import Message

from its_runtime.errors import InvalidRequest, Violation

_validator = protovalidate.Validator()  # caches compiled rules per message type; has no state of a request


def validate(request: Message) -> None:
    """Raise InvalidRequest, naming every field that breaks a constraint of its .proto."""
    violations = [_violation(found) for found in _validator.collect_violations(request)]
    if violations:
        raise InvalidRequest("; ".join(f"{v.field}: {v.message}" for v in violations), violations=violations)


def _violation(found: protovalidate.Violation) -> Violation:
    path = ".".join(_element(element) for element in found.proto.field.elements) if found.proto.field else "request"
    return Violation(path, found.proto.message or found.proto.rule_id)


def _element(element: protovalidate.FieldPathElementPb) -> str:
    return element.field_name if element.subscript is None else f"{element.field_name}[{element.subscript.value}]"
