"""Tools of an MCP server, as a group of functions.

https://modelcontextprotocol.io
"""

from collections.abc import AsyncGenerator
from functools import partial
from typing import Any

from pydantic import Field

from its_orchestrator.components.builder import Builder
from its_orchestrator.components.config import FunctionGroupBaseConfig
from its_orchestrator.components.failing import misconfigured
from its_orchestrator.components.function import FunctionInfo
from its_orchestrator.components.json_type import json_type
from its_orchestrator.components.register import register_function_group
from its_orchestrator.tools.mcp_address import MCPServerConfig
from its_orchestrator.tools.time_limit import in_time


class MCPClientConfig(FunctionGroupBaseConfig, name="mcp_client", aliases=("mcp",)):
    """Parameters of mcp_client."""

    server: MCPServerConfig = Field(description="The server.")
    include: list[str] | None = Field(default=None, description="The tools to use. Empty: all of them.")
    exclude: list[str] = Field(default=[], description="Tools to leave out.")
    connect_timeout: float = Field(default=10.0, gt=0, description="Seconds to wait for the server.")
    tool_call_timeout: float = Field(default=60.0, gt=0, description="Longest that one call may take, in seconds.")


@register_function_group(config_type=MCPClientConfig)
async def mcp_client(config: MCPClientConfig, builder: Builder) -> AsyncGenerator[dict[str, FunctionInfo]]:
    """Use the tools of an MCP server; all runs share one connection to it."""
    from its_orchestrator.tools.mcp_server import mcp_server  # noqa: PLC0415  (the library takes long to load)

    key = "mcp", config.model_dump_json(), *_secrets(config.server)
    server = await builder.supplies.get(key, partial(mcp_server, config.server, config.connect_timeout))
    listed = {tool.name: tool for tool in await server.tools()}
    for name in (*(config.include or ()), *config.exclude):
        if name not in listed:
            message = f"the server has no tool called {name!r}; it has {', '.join(sorted(listed))}"
            raise misconfigured(("include" if name in (config.include or ()) else "exclude",), message)

    def function(name: str) -> FunctionInfo:
        async def call(value: Any) -> Any:  # noqa: ANN401  (any tool's)
            seconds = config.tool_call_timeout
            return await in_time(server.call(name, value), seconds, builder.session, f"tool {name!r}")

        tool = listed[name]
        return FunctionInfo.from_fn(call, input_schema=json_type(tool.schema), description=tool.description)

    wanted = [name for name in listed if name in (config.include or listed) and name not in config.exclude]
    yield {name: function(name) for name in wanted}


def _secrets(server: MCPServerConfig) -> tuple[str, ...]:
    """Return what two entries may differ in that isn't shown."""
    return tuple(one.get_secret_value() for one in (*server.env.values(), *server.headers.values()))
