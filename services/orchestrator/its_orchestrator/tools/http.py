"""An HTTP endpoint as a function."""

import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Annotated, Any, Literal, cast

import httpx
from pydantic import AfterValidator, Field, HttpUrl, SecretStr

from its_orchestrator.components.builder import Builder
from its_orchestrator.components.config import FunctionBaseConfig
from its_orchestrator.components.failing import misconfigured
from its_orchestrator.components.function import FunctionInfo
from its_orchestrator.components.json_type import json_type
from its_orchestrator.components.register import register_function
from its_orchestrator.form import Form
from its_orchestrator.tools.time_limit import in_time
from its_runtime.errors import InvalidRequest, ItsError, Overloaded, Unavailable, Unmet
from its_runtime.masking import bare, masked

LONGEST = 3600.0
"""Seconds; calls have shorter limits of their own."""
TOO_MANY = 429
LARGEST = 4 * 2**20
"""Bytes of an answer that are read."""


def _bare(url: HttpUrl) -> HttpUrl:
    bare(str(url))
    return url


class HttpFunctionConfig(FunctionBaseConfig, name="http_function", aliases=("http",)):
    """Parameters of http_function."""

    url: Annotated[HttpUrl, AfterValidator(_bare)] = Field(description="The endpoint.")
    method: Literal["GET", "POST", "PUT"] = Field(default="POST", description="GET sends arguments in the query.")
    description: str = Field(min_length=1, description="What the function does, for models that choose among tools.")
    argument: str | None = Field(
        default=None, min_length=1, description="The name under which a text is sent; the function takes a text then."
    )
    input_schema: dict[str, Any] | None = Field(default=None, description="JSON schema of what it takes otherwise.")
    headers: dict[str, SecretStr] = Field(default={}, description="Sent to the endpoint and nowhere else.")
    timeout: float = Field(default=30.0, gt=0, description="Longest that one call may take, in seconds.")


@register_function(config_type=HttpFunctionConfig)
async def http_function(config: HttpFunctionConfig, builder: Builder) -> AsyncGenerator[FunctionInfo]:
    """Call an HTTP endpoint with a text or with JSON, and return the JSON or the text that it answers."""
    if config.argument and config.input_schema:
        raise misconfigured(("argument",), "give either it or input_schema: it stands for a schema of one text")
    if config.input_schema:
        _checked(config.input_schema)
    client = await builder.supplies.get("http", _client)

    async def call(value: Any) -> Any:  # noqa: ANN401  (whatever the endpoint takes and gives)
        given = {config.argument: value} if config.argument else value
        what = f"{config.method} {config.url}"
        return await in_time(_called(client, config, given), config.timeout, builder.session, what)

    kind = str if config.argument else json_type(config.input_schema or {"type": "object"})
    yield FunctionInfo.from_fn(call, input_schema=kind, description=config.description)


def _checked(schema: dict[str, Any]) -> None:
    try:
        Form("json_schema", json.dumps(schema)).checked()
    except InvalidRequest as error:
        raise misconfigured(("input_schema",), error.message) from error


@asynccontextmanager
async def _client() -> AsyncGenerator[httpx.AsyncClient]:
    """Yield a client. It follows no redirect, which would carry headers to another server, and keeps no cookies."""
    async with httpx.AsyncClient(timeout=LONGEST, follow_redirects=False) as client:
        yield client


async def _called(client: httpx.AsyncClient, config: HttpFunctionConfig, given: Any) -> Any:  # noqa: ANN401
    headers = {name: value.get_secret_value() for name, value in config.headers.items()}
    sent: dict[str, Any] = {"params": _query(given)} if config.method == "GET" else {"json": given}
    try:
        async with client.stream(config.method, str(config.url), headers=headers, **sent) as response:
            body = await _read(response, config)
            if not response.is_success:
                raise _refused(response, config, body)
    except httpx.HTTPError as error:
        raise Unavailable(f"{config.url} doesn't answer ({error or type(error).__name__}); is it running?") from error
    is_json = response.headers.get("content-type", "").partition(";")[0].strip().endswith("json")
    return _json(config, body) if is_json else body.decode(response.charset_encoding or "utf-8", "replace")


async def _read(response: httpx.Response, config: HttpFunctionConfig) -> bytes:
    body = bytearray()
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) > LARGEST:
            raise Unmet(f"{config.url} answers with more than {LARGEST} bytes, the most that is read")
    return bytes(body)


def _refused(response: httpx.Response, config: HttpFunctionConfig, body: bytes) -> ItsError:
    secrets = (one.get_secret_value() for one in config.headers.values())
    status, said = response.status_code, masked(body.decode(errors="replace"), secrets)[:200]
    message = f"{config.url} answers with status {status}: {said}"
    if status == TOO_MANY:
        return Overloaded(message, retry_after=1.0)
    return Unavailable(message) if response.is_server_error else Unmet(message)


def _json(config: HttpFunctionConfig, body: bytes) -> Any:  # noqa: ANN401
    try:
        return json.loads(body)
    except ValueError as error:
        raise Unmet(f"{config.url} says that it answers with JSON, and doesn't") from error


def _query(given: object) -> dict[str, Any]:
    """Return arguments as the query of an address. Raises InvalidRequest for what has no place there."""
    fields = cast("Mapping[str, Any]", given) if isinstance(given, Mapping) else None
    if fields is None or any(isinstance(one, (Mapping, list)) for one in fields.values()):
        raise InvalidRequest("arguments of a GET are an object of plain values")
    return {name: value for name, value in fields.items() if value is not None}
