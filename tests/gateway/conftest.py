"""The real gateway on a real socket, in front of a scripted orchestrator on another."""

import sys
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import openai
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from scripted_orchestrator import Script, gateway_to, scripted


@pytest.fixture
def script():
    """What the orchestrator does; an answer at once, unless the test changes it."""
    return Script()


@pytest.fixture
async def gateway(script):
    """Starts gateways in front of the script: `await gateway(keep_alive_seconds=0.01)` returns a URL."""
    async with AsyncExitStack() as stack:
        address = await stack.enter_async_context(scripted(script))

        async def start(**changes):
            return await stack.enter_async_context(gateway_to(address, **changes))

        yield start


@pytest.fixture
async def client(gateway):
    """The official SDK."""
    async with openai.AsyncOpenAI(base_url=f"{await gateway()}/v1", api_key="none", max_retries=0) as client:
        yield client


@pytest.fixture
async def http(gateway):
    """A client that sends anything."""
    async with httpx.AsyncClient(base_url=await gateway()) as http:
        yield http
