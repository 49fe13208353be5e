"""Tools from elsewhere: those of MCP servers, and HTTP endpoints."""

from its_orchestrator.tools.http import HttpFunctionConfig
from its_orchestrator.tools.mcp_group import MCPClientConfig

__all__ = ["HttpFunctionConfig", "MCPClientConfig"]
