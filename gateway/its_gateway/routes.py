"""What can be asked of the gateway, and where: one line a route."""

from typing import Any

from fastapi import FastAPI, Response

from its_gateway import document
from its_gateway.chat import Chat
from its_gateway.completions import Completions
from its_gateway.configure import Configure
from its_gateway.health import Health
from its_gateway.models import Models
from its_gateway.orchestrator import Orchestrator
from its_gateway.responses import Responses
from its_gateway.settings import Settings


def add_routes(app: FastAPI, settings: Settings, orchestrator: Orchestrator) -> None:
    """Let `app` answer, with `orchestrator` behind it."""
    _add_protocols(app, settings, orchestrator)
    models, health = Models(orchestrator), Health(orchestrator)
    options: dict[str, Any] = {"response_class": Response, "responses": document.ERRORS}
    app.get("/v1/models", summary="List models", **options)(models.all)
    app.get("/v1/models/{model_id:path}", summary="Get a model", openapi_extra=document.MODEL, **options)(models.one)
    app.post("/configure", summary="Make a profile", openapi_extra=document.CONFIGURE, **options)(
        Configure(settings, orchestrator).make
    )
    app.get("/health", summary="Is this process alive?", **options)(health.alive)
    app.get("/ready", summary="Can the whole chain answer?", **options)(health.ready)


def _add_protocols(app: FastAPI, settings: Settings, orchestrator: Orchestrator) -> None:
    chat, responses = Chat(settings, orchestrator), Responses(settings, orchestrator)
    completions = Completions(settings, orchestrator)
    options: dict[str, Any] = {"response_class": Response, "responses": document.ERRORS}
    app.post("/v1/chat/completions", summary="Answer a conversation", openapi_extra=document.CHAT, **options)(
        chat.answer
    )
    app.post("/v1/responses", summary="Answer an input", openapi_extra=document.RESPONSE, **options)(responses.answer)
    app.post("/v1/completions", summary="Continue a text", openapi_extra=document.COMPLETION, **options)(
        completions.answer
    )
