"""An MCP server of a few tools: `python mcp_tools.py` speaks over stdio."""

import os

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from pydantic import BaseModel


class Place(BaseModel):
    """A place."""

    city: str
    people: int


def new_server() -> MCPServer:
    """Return a server that has not been run yet."""
    server = MCPServer("tools")

    @server.tool()
    def double(number: int) -> int:
        """Doubles a number."""
        return 2 * number

    @server.tool()
    def look_up(city: str) -> Place:
        """Looks a city up."""
        return Place(city=city, people=7)

    @server.tool()
    def refuse(reason: str) -> str:
        """Refuses."""
        raise ToolError(reason)

    @server.tool()
    def environment(name: str) -> str:
        """Tells an environment variable."""
        return os.environ.get(name, "")

    @server.tool()
    def die() -> str:
        """Ends this process."""
        os._exit(3)

    return server


if __name__ == "__main__":
    new_server().run()
