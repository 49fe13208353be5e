"""The application: routes, errors, and the edge around them."""

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException

from its_gateway import document
from its_gateway.edge import Edge
from its_gateway.errors import ApiError, from_its
from its_gateway.gate import Gate
from its_gateway.meter import HttpMetrics
from its_gateway.orchestrator import Orchestrator
from its_gateway.routes import add_routes
from its_gateway.settings import Settings
from its_runtime.errors import ItsError
from its_runtime.telemetry import Telemetry


def create_app(settings: Settings, orchestrator: Orchestrator, telemetry: Telemetry[HttpMetrics] | None = None) -> Edge:
    """Return the gateway in front of `orchestrator`; without `telemetry`, its requests are told of in the log only."""
    app = FastAPI(
        title="its",
        version="1",
        description=document.DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    add_routes(app, settings, orchestrator)
    _add_errors(app)
    document.describe(app)
    if telemetry and telemetry.metrics:
        app.get("/metrics", include_in_schema=False)(telemetry.metrics.page)
    return Edge(Gate(app, settings), settings.max_concurrent_calls, telemetry, log_prompts=settings.log_prompts)


def _add_errors(app: FastAPI) -> None:
    async def ours(_: Request, error: Exception) -> Response:
        assert isinstance(error, ItsError)
        return from_its(error).response()

    async def api(_: Request, error: Exception) -> Response:
        assert isinstance(error, ApiError)
        return error.response()

    async def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return _route_error(request, error)

    app.add_exception_handler(ItsError, ours)
    app.add_exception_handler(ApiError, api)
    app.add_exception_handler(HTTPException, http)


def _route_error(request: Request, error: HTTPException) -> Response:
    asked = f"{request.method} {request.url.path}"
    code = {404: "unknown_url", 405: "method_not_allowed"}.get(error.status_code)
    message = {404: f"there is no {asked}; /docs lists what exists", 405: f"{asked} is not allowed"}
    response = ApiError(error.status_code, message.get(error.status_code, error.detail), code=code).response()
    response.headers.update(error.headers or {})
    return response
