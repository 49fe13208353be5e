"""A connection to an MCP server, opened anew after it broke."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast

import httpx2
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CONNECTION_CLOSED, CallToolResult, TextContent
from pydantic import SecretStr

from its_orchestrator.components.supplies import Supplies, supplies
from its_orchestrator.tools.mcp_address import MCPServerConfig
from its_runtime.errors import ItsError, Unavailable, Unmet
from its_runtime.masking import masked

READ_SECONDS = 300.0
"""How long an answer of an HTTP server may be silent; calls have limits of their own."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool that the server has."""

    name: str
    description: str
    schema: dict[str, Any]
    """JSON schema of its arguments."""


class Server:
    """What all runs use of one MCP server."""

    def __init__(self, config: MCPServerConfig, seconds: float, opened: Supplies) -> None:
        self._config = config
        self._seconds = seconds
        self._opened = opened
        self._attempt = 0

    async def tools(self) -> list[Tool]:
        """Return its tools. Raises Unavailable when it can't be reached."""
        client, cursor, found = await self._client(), None, list[Tool]()
        while True:
            try:
                page = await client.list_tools(cursor=cursor)
            except Exception as error:
                raise self._failed(error) from error
            found += [Tool(one.name, one.description or "", one.input_schema) for one in page.tools]
            if (cursor := page.next_cursor) is None:
                return found

    async def call(self, name: str, arguments: dict[str, Any]) -> Any:  # noqa: ANN401  (any tool's)
        """Return what a tool returns. Raises Unmet with what it says when it fails, Unavailable when it is gone."""
        client = await self._client()
        try:
            result = await client.call_tool(name, arguments)
        except Exception as error:
            raise self._failed(error) from error
        if result.is_error:
            raise Unmet(f"tool {name!r} failed: {self._without_secrets(_text(name, result))}")
        return _value(name, result)

    async def _client(self) -> Client:
        attempt = self._attempt
        try:
            async with asyncio.timeout(self._seconds):
                return await self._opened.get(attempt, self._connection)
        except Exception as error:
            raise self._failed(error) from error

    @asynccontextmanager
    async def _connection(self) -> AsyncGenerator[Client]:
        config = self._config
        if config.url is None:
            started = StdioServerParameters(command=config.command or "", args=config.args, env=_shown(config.env))
            async with Client(started) as client:
                yield client
            return
        patience = httpx2.Timeout(self._seconds, read=READ_SECONDS)
        async with (
            httpx2.AsyncClient(headers=_shown(config.headers), timeout=patience, follow_redirects=False) as http,
            Client(streamable_http_client(config.url, http_client=http)) as client,
        ):
            yield client

    def _failed(self, error: Exception) -> ItsError:
        """Return what went wrong. Whoever asks next connects anew, where the connection broke."""
        if isinstance(error, MCPError) and error.error.code != CONNECTION_CLOSED:
            return Unmet(f"the MCP server {self._where} refuses: {self._without_secrets(error.message)}")
        self._attempt += 1
        return Unavailable(
            f"the MCP server {self._where} doesn't answer ({self._without_secrets(_cause(error))}); is it there? "
            "Then try again"
        )

    def _without_secrets(self, said: str) -> str:
        config = self._config
        return masked(said, [*_shown(config.headers).values(), *_shown(config.env).values()])

    @property
    def _where(self) -> str:
        return repr(self._config.url or self._config.command)


def _shown(secrets: dict[str, SecretStr]) -> dict[str, str]:
    return {name: value.get_secret_value() for name, value in secrets.items()}


def _cause(error: BaseException) -> str:
    """Return what is at the bottom of an error."""
    if isinstance(error, BaseExceptionGroup):
        return _cause(cast("BaseExceptionGroup[BaseException]", error).exceptions[0])
    if isinstance(error, MCPError):
        return error.message
    return str(error) or type(error).__name__


def _value(name: str, result: CallToolResult) -> Any:  # noqa: ANN401  (any tool's)
    """Return the output that programs are to read, where there is one, or its text."""
    match result.structured_content:
        case None:
            return _text(name, result)
        case {"result": value, **rest} if not rest:  # how servers wrap what is no object
            return value
        case value:
            return value


def _text(name: str, result: CallToolResult) -> str:
    """Return the output's text. Raises Unmet where there is something else in it."""
    for one in result.content:
        if not isinstance(one, TextContent):
            raise Unmet(f"tool {name!r} returned {one.type}, and only text and JSON can be used")
    return "\n".join(one.text for one in result.content if isinstance(one, TextContent))


@asynccontextmanager
async def mcp_server(config: MCPServerConfig, seconds: float) -> AsyncGenerator[Server]:
    """Yield an MCP server that answers within `seconds` when it is connected to; leaving the block disconnects."""
    async with supplies() as opened:
        yield Server(config, seconds, opened)
