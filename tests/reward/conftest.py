"""Reward services on free ports, with the shipped reward model or any other."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from its.reward.v1 import reward_pb2 as pb
from its.reward.v1.reward_pb2_grpc import RewardServiceStub, add_RewardServiceServicer_to_server
from its_reward.__main__ import NAME
from its_reward.models import Models, open_models
from its_reward.servicer import RewardServicer
from its_reward.settings import Settings
from its_runtime.channel import open_channel
from its_runtime.server import new_server, serving

Answer = Callable[[dict[str, Any]], Awaitable[tuple[int, str]]]
"""What an OpenAI-compatible server says to the body of a request: status and content."""

PROMPT = "Lena buys 6 pens at 6 dollars each. The lottery divides the bill by 9. How much is the bill now?"
STEPS = ("6 pens: 6*6=36, so 36/9.\n\n", "The lottery: 36/9=4, so 4.\n\n", "The answer is \\boxed{4}.")


@asynccontextmanager
async def serving_models(models: Models) -> AsyncIterator[RewardServiceStub]:
    settings = Settings(port=0, grace_seconds=0.0)
    server = new_server(settings)
    add_RewardServiceServicer_to_server(RewardServicer(models), server)
    async with serving(server, settings, NAME) as port, open_channel(f"127.0.0.1:{port}") as channel:
        yield RewardServiceStub(channel)


@asynccontextmanager
async def serving_settings(**models: dict) -> AsyncIterator[RewardServiceStub]:
    settings = Settings.model_validate({"models": models} if models else {})
    async with open_models(settings) as opened, serving_models(opened) as stub:
        yield stub


def request_for(*trajectories: Sequence[str], prompt: str = PROMPT, **fields: object) -> pb.ScoreRequest:
    """A request whose trajectories are called t0, t1, …; their answers have ended unless `complete=False`."""
    complete = bool(fields.pop("complete", True))
    request = pb.ScoreRequest(request_id="r", text=prompt, **fields)
    for index, steps in enumerate(trajectories):
        request.trajectories.add(id=f"t{index}", complete=complete).text.steps.extend(steps)
    return request


@pytest.fixture
def serve_models():
    return serving_models


@pytest.fixture
def serve():
    return serving_settings


@pytest.fixture
def asking():
    return request_for


@pytest.fixture
def steps() -> tuple[str, ...]:
    return STEPS


@pytest.fixture
async def models() -> AsyncIterator[Models]:
    async with open_models(Settings()) as opened:
        yield opened


@pytest.fixture
async def reward(models: Models) -> AsyncIterator[RewardServiceStub]:
    async with serving_models(models) as stub:
        yield stub


@pytest.fixture
def engine(models: Models):
    """The engine behind the shipped reward model, whose `work` counts what it computed."""
    return models.by_name["its-tiny-reward"]._engines[0]


@pytest.fixture
async def openai_server() -> AsyncIterator[Callable[[Answer], Awaitable[str]]]:
    """Serve `answer(body) -> (status, text)` as chat completions; the returned URL is good until the test ends."""
    async with AsyncExitStack() as stack:

        async def start(answer: Answer) -> str:
            return await stack.enter_async_context(openai_speaking(answer))

        yield start


@asynccontextmanager
async def openai_speaking(answer: Answer) -> AsyncIterator[str]:
    async def complete(request: Request) -> Response:
        answering = asyncio.ensure_future(answer(await request.json()))
        leaving = asyncio.ensure_future(request.receive())  # after the body, this is the client's disconnect
        await asyncio.wait({answering, leaving}, return_when=asyncio.FIRST_COMPLETED)
        leaving.cancel()
        if not answering.done():
            answering.cancel()
            return Response(status_code=499)
        status, content = answering.result()
        return Response(content, status, media_type="application/json")

    app = Starlette(routes=[Route("/v1/chat/completions", complete, methods=["POST"])])
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_config=None, timeout_graceful_shutdown=1))
    server.install_signal_handlers = lambda: None
    running = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
    finally:
        server.should_exit = True
        await running
