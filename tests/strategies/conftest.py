"""A scripted endpoint that speaks OpenAI's protocol, and pipelines built on it from its.yaml's words."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
import uvicorn
import yaml
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from its_orchestrator.budget import NO_LIMIT
from its_orchestrator.components.session import Session
from its_orchestrator.components.supplies import supplies
from its_orchestrator.limits.recorder import Recorder
from its_orchestrator.strategies import ITSItem, Pipeline, PipelineTypeEnum, StageTypeEnum
from its_orchestrator.workflows.blueprint import Drawing
from its_orchestrator.workflows.workshop import workshop

Says = Callable[[str, dict], str | Response]


class Script:
    """What the endpoint says to a text, all messages joined; and what it was asked."""

    def __init__(self):
        self.says: Says = lambda text, body: "nothing scripted"
        self.asked: list[dict] = []
        self.port = 0
        self.running = self.most = 0
        self.wait_for = 0
        self._met = asyncio.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def texts(self) -> list[str]:
        return [_text(body) for body in self.asked]

    def let_go(self) -> None:
        """Answer those that wait for others."""
        self._met.set()

    async def answer(self, request: Request) -> Response:
        body = await request.json()
        self.asked.append(body)
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            if self.running >= self.wait_for:
                self._met.set()
            if self.wait_for:
                await self._met.wait()
            said = self.says(_text(body), body)
        finally:
            self.running -= 1
        return said if isinstance(said, Response) else JSONResponse(_completion(said, body))


def _text(body: dict) -> str:
    return "\n".join(message["content"] for message in body["messages"])


def _completion(said: str, body: dict) -> dict:
    usage = {"prompt_tokens": len(_text(body).split()), "completion_tokens": len(said.split())}
    choice = {"index": 0, "message": {"role": "assistant", "content": said}, "finish_reason": "stop"}
    usage["total_tokens"] = sum(usage.values())
    common = {"id": "1", "object": "chat.completion", "created": 1, "model": body["model"]}
    return common | {"choices": [choice], "usage": usage}


@asynccontextmanager
async def listening(answer) -> AsyncIterator[int]:
    routes = [Route("/v1/chat/completions", answer, methods=["POST"])]
    config = uvicorn.Config(Starlette(routes=routes), port=0, log_level="error", lifespan="off", ws="none")
    server = uvicorn.Server(config)
    sock = config.bind_socket()
    running = asyncio.create_task(server.serve([sock]))
    try:
        yield sock.getsockname()[1]
    finally:
        server.should_exit = True
        await running
        sock.close()


@pytest.fixture
async def endpoint() -> AsyncIterator[Script]:
    script = Script()
    async with listening(script.answer) as port:
        script.port = port
        yield script
        script.let_go()


class Bench:
    """Builds strategies of one its.yaml, in a session whose events can be looked at."""

    def __init__(self, text: str, endpoint: Script, *, seed: int = 0, budget=NO_LIMIT):
        llms = {"llms": {name: _llm(name, endpoint) for name in ("a", "b", "c", "judge")}}
        self.values = {**llms, **(yaml.safe_load(text) or {})}
        self.recorder = Recorder("bench", frozenset())
        self.session = Session(self.recorder, seed=seed, budget=budget)
        self.blueprint = Drawing().read(self.values)

    @asynccontextmanager
    async def open(self):
        assert not self.blueprint.findings, self.blueprint.findings
        async with supplies() as supplied, workshop(self.blueprint, self.session, supplied) as builder:
            with self.session.watch:
                yield builder

    async def run(self, stage, name, items=(), *, pipeline="planning", prompt="the task", context="") -> list[ITSItem]:
        """Run one strategy as a pipeline of its own."""
        async with self.open() as builder:
            strategy = await builder.get_its_strategy(name, PipelineTypeEnum(pipeline), StageTypeEnum(stage))
            strategy.needs_scores = False  # the items bring theirs
            return await Pipeline(self.session, {name: strategy}).run(items, prompt, context, may_end_empty=True)

    def events(self, kind: type) -> list:
        return [event.kind for event in self.recorder.events if isinstance(event.kind, kind)]


def _llm(name: str, endpoint: Script) -> dict:
    return {"_type": "openai", "model_name": name, "base_url": endpoint.url, "max_retries": 0}


@pytest.fixture
def bench(endpoint):
    def make(text: str, **options) -> Bench:
        return Bench(text, endpoint, **options)

    return make
