"""The OpenAPI document: bodies that the gateway reads and writes by itself, described for people and programs."""

from functools import cache
from typing import Any

from fastapi import FastAPI, Response
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from its_gateway import shapes
from its_gateway.completions import CompletionRequest
from its_gateway.configure import Configuration
from its_gateway.generate import GenerateRequest
from its_gateway.responses import ResponseRequest
from its_gateway.schema import ChatRequest

DESCRIPTION = (
    "OpenAI's protocol, answered by spending more compute: `budget` says how much, `<model>:<algorithm>` or "
    "`algorithm` how, and `its` in the answer tells what was found and what it cost."
)

_REF = "#/components/schemas/{model}"
_BODIES: tuple[type[BaseModel], ...] = (ChatRequest, ResponseRequest, CompletionRequest, GenerateRequest, Configuration)
_ANSWERS: tuple[type[BaseModel], ...] = tuple(getattr(shapes, name) for name in shapes.__all__)


def route(
    summary: str,
    answer: type[BaseModel],
    body: type[BaseModel] | None = None,
    *,
    streams: bool = False,
    parameters: tuple[dict[str, Any], ...] = (),
    also: dict[int, type[BaseModel]] | None = None,
) -> dict[str, Any]:
    """Return what FastAPI needs to describe a route: what it takes, and what it answers with 200, `also` with others.

    Every other status is an error in OpenAI's form.
    """
    whole = {"application/json": {"schema": _ref(answer)}}
    events: dict[str, Any] = {"text/event-stream": {"schema": {}}} if streams else {}
    answers: dict[int | str, Any] = {200: {"description": "The answer.", "content": {**whole, **events}}}
    for status, kind in (also or {}).items():
        answers[status] = {"description": "Not now.", "content": {"application/json": {"schema": _ref(kind)}}}
    error = {"description": "An error.", "content": {"application/json": {"schema": _ref(shapes.Failure)}}}
    extra: dict[str, Any] = {"parameters": list(parameters)} if parameters else {}
    if body:
        extra["requestBody"] = {"required": True, "content": {"application/json": {"schema": _ref(body)}}}
    return {
        "summary": summary,
        "response_class": Response,
        "responses": {**answers, "default": error},
        "openapi_extra": extra,
    }


def header(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Return a parameter that travels as a header."""
    return {"name": name, "in": "header", "required": False, "description": description, "schema": schema}


def json_header(name: str, description: str, kinds: dict[str, Any]) -> dict[str, Any]:
    """Return a parameter that travels as a header, written as JSON."""
    content = {"application/json": {"schema": kinds}}
    return {"name": name, "in": "header", "required": False, "description": description, "content": content}


def query(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Return a parameter that travels in the URL's query."""
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}


def describe(app: FastAPI) -> None:
    """Make `app` serve a document that holds the schemas of bodies too."""
    app.openapi = cache(lambda: _document(app))


def _document(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    kinds = [(kind, "validation") for kind in (*_BODIES, *_ANSWERS)]
    named = models_json_schema(kinds, ref_template=_REF)[1]["$defs"]  # pyright: ignore[reportArgumentType]
    document.setdefault("components", {}).setdefault("schemas", {}).update(named)
    return document


def _ref(kind: type[BaseModel]) -> dict[str, str]:
    return {"$ref": _REF.format(model=kind.__name__)}
