"""From bytes to a request, or to the error that names the field at fault."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar, get_args

import orjson
from fastapi import Request
from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect

from its_gateway.errors import ApiError
from its_gateway.schema import ChatRequest
from its_runtime.errors import Cancelled

Body = TypeVar("Body", bound=BaseModel)

_NO_OBJECT = "this has to be a JSON object"
_SHOWN = 60
"""Characters of a refused value that its error repeats."""


async def read_body(request: Request, limit: int) -> bytes:
    """Return the body; refuse one over `limit` bytes before it is read, or as soon as it shows, and a packed one."""
    packed = request.headers.get("content-encoding", "identity").strip().lower()
    if packed not in {"identity", ""}:
        message = f"content encoding {packed!r} is not supported; send the body as it is, without Content-Encoding"
        raise ApiError(415, message, code="unsupported_content_encoding")
    if int(request.headers.get("content-length", 0)) > limit:
        raise _too_large(limit)
    body = bytearray()
    try:
        async for piece in request.stream():
            body += piece
            if len(body) > limit:
                raise _too_large(limit)
    except ClientDisconnect as error:
        raise Cancelled("the client closed the connection before its request was whole") from error
    return bytes(body)


def parse(content_type: str, body: bytes) -> ChatRequest:
    """Return the chat completion request that `body` holds. Raises ApiError 415 or 400."""
    return parse_as(ChatRequest, content_type, body)


def parse_as(kind: type[Body], content_type: str, body: bytes) -> Body:
    """Return the request of that kind that `body` holds. Raises ApiError 415 or 400."""
    media = content_type.partition(";")[0].strip().lower()
    if media not in {"application/json", ""}:
        message = f"content type {media!r} is not supported; send `Content-Type: application/json`"
        raise ApiError(415, message, code="unsupported_content_type")
    try:
        return kind.model_validate(orjson.loads(body))
    except orjson.JSONDecodeError as error:
        raise ApiError(400, f"the body is not JSON: {error}", code="invalid_json") from error
    except ValidationError as error:
        raise refused(kind, error) from error


def _too_large(limit: int) -> ApiError:
    return ApiError(413, f"the body is larger than {limit} bytes, the most that is read", code="body_too_large")


def refused(kind: type[BaseModel], errors: ValidationError) -> ApiError:
    """Return the error that names the first field of `kind` that was refused, and what is possible there."""
    error: Mapping[str, Any] = dict(errors.errors(include_url=False)[0])
    path = _path(error)
    param = _param(path)
    if error["type"] == "extra_forbidden":
        message = f"{param}: there is no such field{_possible(kind, path)}"
        return ApiError(400, message, param=param, code="unknown_parameter")
    if error["type"] == "missing":
        return ApiError(400, f"{param}: this field is required", param=param, code="missing_required_parameter")
    why = _NO_OBJECT if error["type"] == "model_type" else error["msg"]
    message = f"{param}: {why}{_given(error)}{_described(kind, path)}" if param else f"the body: {why}"
    return ApiError(400, message, param=param, code="invalid_value")


def _path(error: Mapping[str, Any]) -> tuple[int | str, ...]:
    within: str = error.get("ctx", {}).get("field", "")
    return (*error["loc"], *filter(None, within.split(".")))


def _param(path: tuple[int | str, ...]) -> str | None:
    param = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path if step != "[key]")
    return {"": None, ".budget.samples": "budget"}.get(param, param.removeprefix("."))


def _possible(kind: type[BaseModel], path: tuple[int | str, ...]) -> str:
    return f"; there are {', '.join(sorted(kind.model_fields))}" if len(path) == 1 else ""


def _given(error: Mapping[str, Any]) -> str:
    given = error["input"]
    plain = isinstance(given, str | int | float) and error["type"] != "refused"
    return f", not {orjson.dumps(given).decode()[:_SHOWN]}" if plain else ""


def _described(kind: type[BaseModel], path: tuple[int | str, ...]) -> str:
    """Return what the innermost field of `path` says of itself."""
    kinds, said = [kind], None
    for name in (step for step in path if isinstance(step, str)):
        field = next((one.model_fields[name] for one in kinds if name in one.model_fields), None)
        kinds, said = list(_kinds(field and field.annotation)), field and field.description
    return f". {said}" if said else ""


def _kinds(annotation: object) -> Iterable[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _kinds(inner)
