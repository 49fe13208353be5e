"""How long ten queries take to be rewritten by three models that answer after 200 ms each, all at once.

    python benchmarks/multi_query.py

The endpoint is a scripted one on this machine, asked by OpenAI's own client; 64 calls at once are allowed. One after
the other, the thirty calls would take 6 s.
"""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from its_orchestrator.strategies import ITSItem
from its_orchestrator.testing import Bench

ITEMS, MODELS, SECONDS, ROUNDS = 10, 3, 0.2, 5


async def answer(request: Request) -> JSONResponse:
    """Answer after a while."""
    body = await request.json()
    await asyncio.sleep(SECONDS)
    choice = {"index": 0, "message": {"role": "assistant", "content": "rewritten"}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 9, "completion_tokens": 1, "total_tokens": 10}
    common = {"id": "1", "object": "chat.completion", "created": 1, "model": body["model"]}
    return JSONResponse(common | {"choices": [choice], "usage": usage})


@asynccontextmanager
async def endpoint() -> AsyncGenerator[str]:
    """Serve on a free port; yield the URL."""
    routes = [Route("/v1/chat/completions", answer, methods=["POST"])]
    server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes), port=0, log_level="error", lifespan="off"))
    sock = server.config.bind_socket()
    running = asyncio.create_task(server.serve([sock]))
    try:
        yield f"http://127.0.0.1:{sock.getsockname()[1]}/v1"
    finally:
        server.should_exit = True
        await running


async def main() -> None:
    """Print the seconds of each round; the first one connects."""
    items = [ITSItem(input=f"query {number}") for number in range(ITEMS)]
    async with endpoint() as url:
        names = [f"model-{number}" for number in range(MODELS)]
        models: dict[str, Any] = {name: {"_type": "openai", "model_name": name, "base_url": url} for name in names}
        search = {"_type": "multi_query_retrieval_search", "llms": names}
        bench = Bench({"llms": models, "its_strategies": {"search": search}})
        async with bench.open() as builder:
            for number in range(ROUNDS):
                began = time.perf_counter()
                found = await bench.staged(builder, "search", "search", items, pipeline="tool_use")
                taken = time.perf_counter() - began
                print(f"round {number}: {len(found)} queries of {ITEMS} items and {MODELS} models in {taken:.3f} s")


if __name__ == "__main__":
    asyncio.run(main())
