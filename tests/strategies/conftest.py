"""A scripted endpoint that speaks OpenAI's protocol, and benches whose LLMs a, b, c and judge are models of it."""

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

from its_orchestrator.testing import Bench

Says = Callable[[str, dict], str | Response]


class Script:
    """What the endpoint says to a text, all messages joined; and what it was asked."""

    def __init__(self):
        self.says: Says = lambda text, body: "nothing scripted"
        self.asked: list[dict] = []
        self.keys: list[str] = []
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
        self.keys.append(request.headers.get("authorization", request.headers.get("api-key", "")))
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
    paths = "/v1/chat/completions", "/openai/deployments/{name}/chat/completions"
    routes = [Route(path, answer, methods=["POST"]) for path in paths]
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


def _llm(name: str, endpoint: Script) -> dict:
    return {"_type": "openai", "model_name": name, "base_url": endpoint.url, "max_retries": 0}


@pytest.fixture
def bench(endpoint):
    def make(text: str, **options) -> Bench:
        llms = {name: _llm(name, endpoint) for name in ("a", "b", "c", "judge")}
        values = yaml.safe_load(text)
        return Bench({**values, "llms": {**llms, **values.get("llms", {})}}, **options)

    return make
