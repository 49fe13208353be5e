"""The openai backend against a scripted server: what is asked of it, what its answers become, how its errors read."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import grpc
import pytest
import uvicorn
from grpc import aio
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from its.generator.v1 import generator_pb2 as pb
from its_generator.backends.openai import open_openai
from its_generator.models import Models
from its_generator.settings import OpenAIModel
from its_runtime.errors import TooLong
from its_runtime.status import from_call

ECHO = {"error": {"message": "you sent Bearer sk-123456"}}


class Script:
    """What the server does: the pieces of each choice, or another response; and what it was asked."""

    def __init__(self):
        self.pieces = ["Two", " and", " two", " is\n\n", "four."]
        self.ends: dict = {"finish_reason": "stop"}
        self.responses: list[Response] = []
        self.endless = False
        self.left = asyncio.Event()
        self.asked: list[dict] = []
        self.headers: list[dict] = []

    async def answer(self, request: Request) -> Response:
        self.asked.append(body := await request.json())
        self.headers.append(dict(request.headers))
        if self.responses:
            return self.responses.pop(0)
        return StreamingResponse(self._events(body, request.url.path), media_type="text/event-stream")

    async def _events(self, body: dict, path: str) -> AsyncIterator[str]:
        common = {"id": "1", "created": 1, "model": body["model"], "object": "chat.completion.chunk"}
        choices = range(body["n"])
        for piece in self.pieces:
            for index in choices:
                yield _event(common | {"choices": [_choice(index, piece, body, path)]})
        try:
            while self.endless:
                await asyncio.sleep(0.01)
                yield _event(common | {"choices": [_choice(0, " more", body, path)]})
        finally:
            self.left.set()
        for index in choices:
            yield _event(common | {"choices": [_choice(index, "", body, path) | self.ends]})
        tokens = len(self.pieces) * body["n"]
        usage = {"prompt_tokens": 11, "completion_tokens": tokens, "total_tokens": 11 + tokens}
        yield _event(common | {"choices": [], "usage": usage | {"prompt_tokens_details": {"cached_tokens": 3}}})
        yield "data: [DONE]\n\n"


def _event(chunk: dict) -> str:
    return f"data: {json.dumps(chunk)}\n\n"


def _choice(index: int, text: str, body: dict, path: str) -> dict:
    if not path.endswith("chat/completions"):
        return {"index": index, "text": text, "finish_reason": None}
    said = {"reasoning_content": text.strip("()")} if text.startswith("(") else {"content": text}
    choice = {"index": index, "delta": said, "finish_reason": None}
    if body.get("logprobs") and text:
        tops = [{"token": text, "logprob": -0.1}, {"token": "?", "logprob": -2.5}][: body["top_logprobs"]]
        choice["logprobs"] = {"content": [{"token": text, "logprob": -0.1, "top_logprobs": tops}]}
    return choice


@asynccontextmanager
async def listening(answer) -> AsyncIterator[int]:
    routes = [Route(path, answer, methods=["POST"]) for path in ("/v1/chat/completions", "/v1/completions")]
    config = uvicorn.Config(Starlette(routes=routes), port=0, log_level="error", lifespan="off", ws="none")
    server = uvicorn.Server(config)
    config.load()
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    ticking = asyncio.create_task(server.main_loop())
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = server.force_exit = True
        await ticking
        await server.shutdown()


@pytest.fixture
async def script():
    return Script()


@pytest.fixture
def hosted(script, serve_models):
    """Serve a model behind the scripted server."""

    @asynccontextmanager
    async def opened(environment: dict | None = None, **fields: object):
        async with listening(script.answer) as port:
            url = f"http://127.0.0.1:{port}/v1"
            settings = OpenAIModel(**{"backend": "openai", "base_url": url, "model": "big", "max_retries": 0} | fields)
            async with (
                open_openai(settings, environment or {}) as backend,
                serve_models(Models({"big": backend})) as stub,
            ):
                yield stub

    return opened


async def test_a_branch_is_one_call_however_many_sequences_it_has(hosted, script, read, asking):
    async with hosted() as stub:
        reply = await read(stub, asking(n=5))

    (asked,) = script.asked
    assert (asked["n"], asked["model"], asked["max_tokens"], asked["stream"]) == (5, "big", 16, True)
    assert asked["messages"] == [{"role": "user", "content": asking().conversation.messages[0].content[0].text}]
    assert isinstance(asked["seed"], int)
    assert {one.text for one in reply.sequences.values()} == {"Two and two is\n\nfour."}
    assert {one.reason for one in reply.sequences.values()} == {"EOS"}
    assert (reply.usage.prompt_tokens, reply.usage.cached_prompt_tokens, reply.usage.completion_tokens) == (11, 3, 25)


async def test_text_streams_as_it_comes(hosted, read, asking):
    async with hosted() as stub:
        reply = await read(stub, asking(flush=1))

    assert sum(len(message.deltas) for message in reply.messages) == 5


async def test_plain_text_goes_to_completions(hosted, script, read, asking):
    request = asking()
    request.text = "Two and"
    async with hosted() as stub:
        reply = await read(stub, request)

    assert script.asked[0]["prompt"] == "Two and"
    assert reply[0].text == "Two and two is\n\nfour."


async def test_a_step_ends_exactly_at_its_delimiter_and_leaves_the_server(hosted, script, read, asking):
    script.pieces = ["Two and two is\n\nfo", "ur."]
    script.endless = True
    async with hosted() as stub:
        reply = await read(stub, asking(n=2, delimiters=("\n\n",), max_steps=1))
        await script.left.wait()

    assert [asked["n"] for asked in script.asked] == [1, 1]
    assert {one.text for one in reply.sequences.values()} == {"Two and two is\n\n"}
    assert {one.reason for one in reply.sequences.values()} == {"STEP"}


async def test_a_prefix_is_continued_where_the_server_can(hosted, script, read, asking):
    async with hosted(continues_prefix=True) as stub:
        await read(stub, asking(prefixes=("Two",)))

    (asked,) = script.asked
    assert asked["messages"][-1] == {"role": "assistant", "content": "Two"}
    assert (asked["continue_final_message"], asked["add_generation_prompt"]) == (True, False)


@pytest.mark.parametrize(
    ("ends", "reason", "stop_text"),
    [
        ({"finish_reason": "length"}, "LENGTH", ""),
        ({"finish_reason": "stop"}, "EOS", ""),
        ({"finish_reason": "stop", "stop_reason": "END"}, "STOP", "END"),
        ({"finish_reason": "content_filter"}, "CONTENT_FILTER", ""),
    ],
)
async def test_the_reason_is_the_servers(hosted, script, read, asking, ends, reason, stop_text):
    script.ends = ends
    async with hosted() as stub:
        reply = await read(stub, asking(sampling={"stop": ["END"]}))

    assert script.asked[0]["stop"] == ["END"]
    assert (reply[0].reason, reply[0].finished.stop_text) == (reason, stop_text)


async def test_log_probabilities_come_without_token_ids(hosted, read, asking):
    async with hosted() as stub:
        reply = await read(stub, asking(logprobs=2))

    assert reply[0].logprobs == pytest.approx([-0.1] * 5)
    assert [list(top.logprobs) for top in reply[0].tops] == [pytest.approx([-0.1, -2.5])] * 5


async def test_what_tokens_read_comes_from_the_server(hosted, read, asking):
    request = asking(logprobs=2)
    request.logprobs.texts = True
    async with hosted() as stub:
        reply = await read(stub, request)

    told = [text for message in reply.messages for delta in message.deltas for text in delta.token_texts]
    assert b"".join(told).decode() == reply[0].text
    assert [top.token_texts[1] for top in reply[0].tops] == [b"?"] * 5


async def test_what_a_model_thinks_stands_before_what_it_says(hosted, script, read, asking):
    script.pieces = ["(two and two)", "( is four)", "Four", "."]
    async with hosted() as stub:
        reply = await read(stub, asking(n=2))

    assert {one.text for one in reply.sequences.values()} == {"<think>two and two is four</think>Four."}


async def test_calls_of_tools_are_put_back_into_the_text(hosted, script, read, asking):
    call = {"index": 0, "id": "c", "type": "function", "function": {"name": "add", "arguments": '{"a": 2}'}}
    script.pieces = []
    script.ends = {"finish_reason": "tool_calls", "delta": {"tool_calls": [call]}}
    request = asking()
    request.conversation.tools.add(name="add", parameters_json_schema='{"type": "object"}')
    async with hosted() as stub:
        reply = await read(stub, request)

    assert script.asked[0]["tools"][0]["function"]["parameters"] == {"type": "object"}
    assert reply[0].text == '<tool_call>\n{"name": "add", "arguments": {"a": 2}}\n</tool_call>'


async def test_a_schema_becomes_a_response_format(hosted, script, read, asking):
    request = asking()
    request.structured_output.json_schema = '{"type": "object"}'
    async with hosted() as stub:
        await read(stub, request)

    assert script.asked[0]["response_format"]["json_schema"]["schema"] == {"type": "object"}


async def test_a_client_that_leaves_closes_the_connection(hosted, script, asking):
    script.endless = True
    async with hosted() as stub:
        call = stub.Generate(asking(flush=1))
        await call.read()

        call.cancel()

        await asyncio.wait_for(script.left.wait(), 10)


async def test_an_abort_ends_its_sequences_and_counts_what_came(hosted, script, read, asking):
    script.endless = True
    async with hosted() as stub:
        reading = asyncio.create_task(read(stub, asking(request_id="long", flush=1)))
        while not script.asked:
            await asyncio.wait([reading], timeout=0.01)

        answer = await stub.Abort(pb.AbortRequest(request_id="long"))

        reply = await reading
    assert reply[0].reason == "CANCELLED"
    assert answer.usage == reply.usage


@pytest.mark.parametrize(
    ("response", "code", "said"),
    [
        (JSONResponse({"error": {"message": "too long"}}, 400), grpc.StatusCode.INVALID_ARGUMENT, "too long"),
        (JSONResponse({"error": {"message": "bad key sk-12"}}, 401), grpc.StatusCode.FAILED_PRECONDITION, "$KEY"),
        (JSONResponse({"error": {"message": "no"}}, 404), grpc.StatusCode.FAILED_PRECONDITION, "model"),
        (JSONResponse(ECHO, 422), grpc.StatusCode.INVALID_ARGUMENT, "Bearer [secret]"),
        (JSONResponse(ECHO, 302), grpc.StatusCode.FAILED_PRECONDITION, "Bearer [secret]"),
        (JSONResponse({}, 429, {"retry-after": "7"}), grpc.StatusCode.RESOURCE_EXHAUSTED, "try again"),
        (JSONResponse({}, 503), grpc.StatusCode.UNAVAILABLE, "503"),
        (RedirectResponse("http://127.0.0.1:9/v1/chat/completions", 307), grpc.StatusCode.FAILED_PRECONDITION, "307"),
    ],
    ids=lambda value: value.name if isinstance(value, grpc.StatusCode) else "",
)
async def test_the_servers_errors_become_ours(hosted, script, read, asking, response, code, said):
    script.responses = [response] * 4  # the client tries again when it may
    async with hosted({"KEY": "sk-123456"}, api_key_env="KEY") as stub:
        with pytest.raises(aio.AioRpcError) as failed:
            await read(stub, asking())

    assert failed.value.code() == code
    assert said in failed.value.details()
    assert "sk-" not in failed.value.details()


async def test_a_prompt_that_is_too_long_for_the_server_is_told_as_such(hosted, script, read, asking):
    script.responses = [JSONResponse({"error": {"message": "no", "code": "context_length_exceeded"}}, 400)]
    async with hosted() as stub:
        with pytest.raises(aio.AioRpcError) as failed:
            await read(stub, asking())

    assert type(from_call(failed.value, "generator")) is TooLong


async def test_a_server_that_is_not_there_is_unavailable(hosted, read, asking):
    async with hosted(base_url="http://127.0.0.1:9/v1") as stub:
        with pytest.raises(aio.AioRpcError) as failed:
            await read(stub, asking())

    assert failed.value.code() == grpc.StatusCode.UNAVAILABLE


async def test_one_branch_that_fails_leaves_the_others(hosted, script, read, asking):
    script.responses = [JSONResponse({}, 500)]
    async with hosted() as stub:
        reply = await read(stub, asking(prefixes=((), ())))

    assert sorted(one.reason for one in reply.sequences.values()) == ["EOS", "ERROR"]
    assert any("500" in one.finished.error for one in reply.sequences.values())


async def test_the_key_goes_to_its_server_and_no_redirect_takes_it_elsewhere(hosted, script, read, asking):
    taken: list[dict] = []

    async def thief(request: Request) -> Response:
        taken.append(dict(request.headers))
        return JSONResponse({}, 500)

    async with listening(thief) as elsewhere, hosted({"KEY": "sk-123456"}, api_key_env="KEY") as stub:
        await read(stub, asking())
        script.responses = [RedirectResponse(f"http://127.0.0.1:{elsewhere}/v1/chat/completions", 307)]
        with pytest.raises(aio.AioRpcError):
            await read(stub, asking())

    assert script.headers[0]["authorization"] == "Bearer sk-123456"
    assert not taken


async def test_a_schema_that_is_no_json_is_refused(hosted, script, read, asking):
    request = asking()
    request.structured_output.json_schema = "{"
    async with hosted() as stub:
        with pytest.raises(aio.AioRpcError) as refused:
            await read(stub, request)

    assert refused.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert refused.value.details().startswith("structured_output.json_schema")
    assert not script.asked


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda r: setattr(r.sampling, "top_k", 5), "sampling.top_k"),
        (lambda r: setattr(r.branches[0], "text", "Two"), "branches[0].text"),
        (lambda r: r.token_ids.ids.append(1), "token_ids"),
        (lambda r: setattr(r.step_policy, "every_n_tokens", 4), "step_policy"),
        (lambda r: setattr(r.logprobs, "top", 30), "logprobs.top"),
        (lambda r: setattr(r.structured_output, "grammar", "root ::= a"), "structured_output.grammar"),
    ],
)
async def test_what_the_server_does_not_honour_is_refused_by_name(hosted, script, read, asking, change, field):
    request = asking()
    change(request)
    async with hosted() as stub:
        with pytest.raises(aio.AioRpcError) as refused:
            await read(stub, request)

    assert refused.value.code() in {grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.UNIMPLEMENTED}
    assert refused.value.details().startswith(field)
    assert not script.asked
