"""The OpenAPI document: bodies that the gateway reads by itself, described for people and generators of clients."""

from functools import cache
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from its_gateway.completions import CompletionRequest
from its_gateway.configure import Configuration
from its_gateway.responses import ResponseRequest
from its_gateway.schema import ChatRequest

DESCRIPTION = (
    "OpenAI's chat completions, answered by spending more compute: `budget` says how much, "
    "`<model>:<algorithm>` or `algorithm` how, and `its` in the answer tells what was found and what it cost."
)

_REF = "#/components/schemas/{model}"


def _body(kind: type[BaseModel]) -> dict[str, Any]:
    schema = {"$ref": _REF.format(model=kind.__name__)}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


BODIES: tuple[type[BaseModel], ...] = (ChatRequest, ResponseRequest, CompletionRequest, Configuration)
"""Bodies of requests, which the gateway reads by itself."""
CHAT, RESPONSE, COMPLETION, CONFIGURE = map(_body, BODIES)
MODEL: dict[str, Any] = {
    "parameters": [{"name": "model_id", "in": "path", "required": True, "schema": {"type": "string"}}]
}

_ERROR: dict[str, Any] = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["message", "type", "param", "code"],
            "properties": {
                "message": {"type": "string"},
                "type": {"type": "string"},
                "param": {"type": ["string", "null"]},
                "code": {"type": ["string", "null"]},
            },
        }
    },
}
ERRORS: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "An error, in OpenAI's form.",
        "content": {"application/json": {"schema": {"$ref": _REF.format(model="Error")}}},
    }
}


def describe(app: FastAPI) -> None:
    """Make `app` serve a document that holds the schemas of bodies too."""
    app.openapi = cache(lambda: _document(app))


def _document(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    schemas.update(models_json_schema([(kind, "validation") for kind in BODIES], ref_template=_REF)[1]["$defs"])
    schemas["Error"] = _ERROR
    return document
