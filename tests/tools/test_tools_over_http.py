"""HTTP endpoints are functions."""

import asyncio
import json
from contextlib import asynccontextmanager

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from its_runtime.errors import DeadlinePassed, InvalidRequest, Overloaded, Unavailable, Unmet

SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}


class Endpoint:
    """What it was asked, and what it answers."""

    def __init__(self):
        self.asked: list[tuple[str, object, str]] = []
        self.answer: Response | None = PlainTextResponse("found")
        self.url = ""

    async def respond(self, request: Request) -> Response:
        body = await request.body()
        given = json.loads(body) if body else dict(request.query_params)
        self.asked.append((request.method, given, request.headers.get("x-token", "")))
        if self.answer is None:
            await asyncio.Event().wait()
        return self.answer


@asynccontextmanager
async def listening(endpoint: Endpoint):
    routes = [Route("/{path:path}", endpoint.respond, methods=["GET", "POST", "PUT"])]
    config = uvicorn.Config(Starlette(routes=routes), port=0, log_level="error", lifespan="off", ws="none")
    config.timeout_graceful_shutdown = 0
    server, sock = uvicorn.Server(config), config.bind_socket()
    running = asyncio.create_task(server.serve([sock]))
    endpoint.url = f"http://127.0.0.1:{sock.getsockname()[1]}/tool"
    try:
        yield
    finally:
        server.should_exit = True
        await running
        sock.close()


@pytest.fixture
async def endpoint():
    one = Endpoint()
    async with listening(one):
        yield one


@pytest.fixture
def call(endpoint, bench):
    async def make(value, **fields):
        entry = {"_type": "http_function", "url": endpoint.url, "description": "Finds.", **fields}
        return await bench(functions={"find": entry}).call("find", value)

    return make


async def test_a_text_is_sent_under_the_name_of_the_argument(call, endpoint):
    assert await call("x", argument="query", headers={"X-Token": "t"}) == "found"
    assert endpoint.asked == [("POST", {"query": "x"}, "t")]


async def test_json_goes_in_by_its_schema_and_comes_out_as_it_is(call, endpoint):
    endpoint.answer = JSONResponse({"found": [1]})

    assert await call({"n": 3}, input_schema=SCHEMA) == {"found": [1]}
    with pytest.raises(InvalidRequest, match="'find' can't take this input"):
        await call({"n": "three"}, input_schema=SCHEMA)
    assert len(endpoint.asked) == 1


async def test_arguments_of_a_get_stand_in_the_query(call, endpoint):
    await call({"n": 3}, method="GET", input_schema=SCHEMA)

    assert endpoint.asked == [("GET", {"n": "3"}, "")]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (PlainTextResponse("no such city", 404), Unmet),
        (PlainTextResponse("broken", 500), Unavailable),
        (PlainTextResponse("later", 429), Overloaded),
        (RedirectResponse("http://127.0.0.1:9/"), Unmet),
        (PlainTextResponse("{", media_type="application/json"), Unmet),
        (PlainTextResponse("x" * (4 * 2**20 + 1)), Unmet),
    ],
)
async def test_what_is_no_success_is_an_error_and_never_an_output(call, endpoint, answer, error):
    endpoint.answer = answer

    with pytest.raises(error):
        await call("x", argument="query")


@pytest.mark.parametrize("before", ["", "x" * 190])
async def test_an_error_page_that_repeats_a_header_tells_nobody_what_is_in_it(call, endpoint, before):
    endpoint.answer = PlainTextResponse(f"{before} X-Token: a-secret-token", 400)

    with pytest.raises(Unmet) as refused:
        await call("x", argument="query", headers={"X-Token": "a-secret-token"})

    assert "a-sec" not in str(refused.value)


async def test_an_endpoint_that_is_silent_is_left(call, endpoint):
    endpoint.answer = None

    with pytest.raises(DeadlinePassed, match=r"returned nothing within 0.05 s"):
        await call("x", argument="query", timeout=0.05)


async def test_a_schema_that_is_none_is_refused_when_it_is_built(call):
    with pytest.raises(Unmet, match=r"functions.find.input_schema"):
        await call("x", input_schema={"type": "objekt"})
