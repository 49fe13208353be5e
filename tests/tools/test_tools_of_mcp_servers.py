"""Tools of real MCP servers are functions, over stdio and streamable HTTP."""

import asyncio
import sys
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
import uvicorn

sys.path.insert(0, str(Path(__file__).parent))

import mcp_tools
from mcp.server import MCPServer

from its_orchestrator.components.references import Section
from its_orchestrator.workflows.check import check
from its_runtime.errors import DeadlinePassed, InvalidRequest, Unavailable, Unmet


@asynccontextmanager
async def listening(app):
    config = uvicorn.Config(app, port=0, log_level="error", ws="none", timeout_graceful_shutdown=1)
    server, sock = uvicorn.Server(config), config.bind_socket()
    running = asyncio.create_task(server.serve([sock]))
    try:
        yield sock.getsockname()[1]
    finally:
        server.should_exit = True
        await running
        sock.close()


def over_http(port: int, **fields) -> dict:
    server = {"transport": "streamable-http", "url": f"http://127.0.0.1:{port}/mcp"}
    return {"_type": "mcp_client", "server": server, **fields}


@pytest.fixture
async def http():
    """An entry of function_groups: a real MCP server that listens."""
    async with listening(mcp_tools.new_server().streamable_http_app()) as port:
        yield partial(over_http, port)


async def test_a_program_brings_its_tools_and_is_started_again_when_it_ends(bench, stdio):
    group = stdio({"env": {"TOKEN_OF_TESTS": "t"}})
    async with bench(function_groups={"kit": group}).open() as builder:
        double, die = await builder.get_function("kit.double"), await builder.get_function("kit.die")

        assert await (await builder.get_function("kit.environment")).ainvoke({"name": "TOKEN_OF_TESTS"}) == "t"
        with pytest.raises(Unavailable, match="doesn't answer"):
            await die.ainvoke({})
        assert await double.ainvoke({"number": 4}) == 8


async def test_a_server_over_http_brings_its_tools(bench, http):
    async with bench(function_groups={"kit": http(include=["double", "look_up"])}).open() as builder:
        functions = await builder.get_functions("kit")

        assert [(one.name, one.description) for one in functions] == [
            ("kit.double", "Doubles a number."),
            ("kit.look_up", "Looks a city up."),
        ]
        assert functions[0].input_schema["properties"]["number"]["type"] == "integer"
        assert await functions[0].ainvoke({"number": 21}) == 42
        assert await functions[1].ainvoke({"city": "Ulm"}) == {"city": "Ulm", "people": 7}


async def test_arguments_are_checked_before_a_server_is_asked(bench, http):
    async with bench(function_groups={"kit": http()}).open() as builder:
        double = await builder.get_function("kit.double")

        with pytest.raises(InvalidRequest, match=r"'kit.double' can't take this input"):
            await double.ainvoke({"number": "many"})


async def test_a_tools_failure_is_an_error_and_the_server_goes_on(bench, http):
    async with bench(function_groups={"kit": http()}).open() as builder:
        with pytest.raises(Unmet, match=r"tool 'refuse' failed: .*no such thing"):
            await (await builder.get_function("kit.refuse")).ainvoke({"reason": "no such thing"})
        assert await (await builder.get_function("kit__double")).ainvoke({"number": 1}) == 2


async def test_a_tool_that_the_server_does_not_have_is_named_with_those_it_has(bench, http):
    run = bench(function_groups={"kit": http(include=["duble"])})

    (finding,) = await check(run.blueprint)

    assert finding.path == "function_groups.kit.include"
    assert "no tool called 'duble'; it has die, double" in finding.message


async def test_a_server_that_is_not_there_now_is_no_fault_of_the_configuration(bench):
    server = {"transport": "streamable-http", "url": "http://127.0.0.1:9/mcp"}
    run = bench(function_groups={"kit": {"_type": "mcp_client", "server": server}})

    assert await check(run.blueprint) == []
    async with run.open() as builder:
        with pytest.raises(Unavailable, match=r"the MCP server 'http://127.0.0.1:9/mcp' doesn't answer"):
            await builder.get_functions("kit")


@pytest.mark.parametrize(
    ("server", "words"),
    [
        ({"transport": "stdio"}, "needs a command"),
        ({"transport": "streamable-http", "command": "x"}, "needs a url"),
        ({"transport": "stdio", "command": "x", "url": "y"}, "takes no url"),
    ],
)
def test_what_a_transport_takes_is_checked(bench, server, words):
    with pytest.raises(InvalidRequest, match=words):
        bench(function_groups={"kit": {"_type": "mcp_client", "server": server}})


async def test_a_call_that_takes_too_long_is_ended(bench):
    slow = MCPServer("slow")

    @slow.tool()
    async def wait() -> str:
        """Waits for ever."""
        return await asyncio.Event().wait()

    async with (
        listening(slow.streamable_http_app()) as port,
        bench(function_groups={"kit": over_http(port, tool_call_timeout=0.05)}).open() as builder,
    ):
        with pytest.raises(DeadlinePassed, match=r"tool 'wait' returned nothing within 0.05 s"):
            await (await builder.get_function("kit.wait")).ainvoke({})


async def test_tools_of_a_server_are_used_by_functions(bench, http):
    strategies = {"first": {"_type": "majority_voting_selection"}}
    functions = {
        "tools": {"_type": "its_tool_orchestration", "augmented_fns": ["kit"], "selection_strategy": "first"},
    }
    run = bench(function_groups={"kit": http()}, functions=functions, its_strategies=strategies)
    assert run.blueprint.of(Section.GROUP)

    (done,) = await run.call("tools", [{"tool_name": "kit.double", "task_description": "double 4"}])

    assert "can't take this input" in done.error
