"""What can be asked of the gateway, and where: one line a route."""

from functools import partial

from fastapi import FastAPI

from its_gateway import shapes
from its_gateway.chat import Chat
from its_gateway.completions import CompletionRequest, Completions
from its_gateway.configure import Configuration, Configure
from its_gateway.direct import Direct
from its_gateway.document import header, json_header, query, route
from its_gateway.generate import Generate, GenerateRequest
from its_gateway.headers import ALGORITHM, BUDGET
from its_gateway.health import Health
from its_gateway.models import Models
from its_gateway.observing import PAGE, Pages, Reports, Traces
from its_gateway.orchestrator import Orchestrator
from its_gateway.page import Page
from its_gateway.patience import READ_TIMEOUT, TIMEOUT, WAITED
from its_gateway.responses import ResponseRequest, Responses
from its_gateway.schema import ChatRequest
from its_gateway.settings import Settings


def add_routes(app: FastAPI, settings: Settings, orchestrator: Orchestrator) -> None:
    """Let `app` answer, with `orchestrator` behind it."""
    chat, responses = Chat(settings, orchestrator), Responses(settings, orchestrator)
    completions, configure = Completions(settings, orchestrator), Configure(settings, orchestrator)
    generate = Generate(settings, orchestrator)
    models, health = Models(orchestrator), Health(orchestrator)
    traces, pages, reports = Traces(settings, orchestrator), Pages(), Reports(settings)

    direct = partial(app.router.add_api_route, methods=["POST"], route_class_override=Direct)
    direct("/v1/chat/completions", chat.answer, **_CHAT)
    direct("/v1/responses", responses.answer, **_RESPONSE)
    direct("/v1/completions", completions.answer, **_COMPLETION)
    direct("/generate", generate.whole, **_GENERATE)
    direct("/generate/stream", generate.stream, **_GENERATE_STREAM)
    app.get("/v1/models", **route("List models", shapes.ModelList))(models.all)
    app.get("/v1/models/{model_id:path}", **route("Get a model", shapes.Model, parameters=(_ID,)))(models.one)
    app.get("/v1/traces", **_TRACES)(traces.all)
    app.get("/v1/traces/{trace_id}", **route("Get a run", shapes.Trace, parameters=(_TRACE_ID,)))(traces.one)
    app.get("/v1/traces/{trace_id}/events", **_TRACE_EVENTS)(traces.events)
    app.get("/v1/reports", **route("List evaluations", shapes.ReportList))(reports.all)
    app.get(PAGE, include_in_schema=False)(pages.page)
    app.get(PAGE + "/", include_in_schema=False)(pages.beside)
    app.get(PAGE + "/{name}", include_in_schema=False)(pages.file)
    app.post("/configure", **route("Make a profile", shapes.Configured, Configuration))(configure.make)
    app.get("/health", **route("Is this process alive?", shapes.Health))(health.alive)
    app.get("/ready", **route("Can the whole chain answer?", shapes.Readiness, also={503: shapes.Readiness}))(
        health.ready
    )
    app.get("/docs", include_in_schema=False)(Page(app).read)


_ID = {"name": "model_id", "in": "path", "required": True, "schema": {"type": "string"}}
_TRACE_ID = {"name": "trace_id", "in": "path", "required": True, "schema": {"type": "string"}}
_TRACES = route(
    "List runs",
    shapes.TraceList,
    parameters=(
        query("limit", "How many at most.", {"type": "integer", "minimum": 1, "maximum": 1000}),
        query("after", "`next` of the page before.", {"type": "string", "maxLength": 256}),
    ),
)
_TRACE_EVENTS = route("Watch a run", shapes.Trace, streams=True, parameters=(_TRACE_ID,))
_BUDGET = {
    "anyOf": [{"type": "integer", "minimum": 1, "maximum": 1000}, {"$ref": "#/components/schemas/Budget"}],
}
_HEADERS = (
    json_header(BUDGET, "Goes before `budget` in the body: samples, or an object.", _BUDGET),
    header(ALGORITHM, "Goes before `algorithm` in the body.", {"type": "string", "maxLength": 128}),
    header(READ_TIMEOUT, WAITED, {"type": "string"}),
    header(TIMEOUT, WAITED, {"type": "string"}),
)
_CHAT = route("Answer a conversation", shapes.ChatCompletion, ChatRequest, streams=True, parameters=_HEADERS)
_RESPONSE = route("Answer an input", shapes.ResponseObject, ResponseRequest, streams=True, parameters=_HEADERS)
_COMPLETION = route("Continue a text", shapes.TextCompletion, CompletionRequest, streams=True, parameters=_HEADERS)
_GENERATE = route("Run the workflow", shapes.Generated, GenerateRequest, parameters=_HEADERS[:1])
_GENERATE_STREAM = route(
    "Run the workflow, and tell what happens", shapes.Generated, GenerateRequest, streams=True, parameters=_HEADERS[:1]
)
