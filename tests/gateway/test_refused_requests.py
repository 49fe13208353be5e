"""What can't be honoured is refused by name, with a status and a body of OpenAI's."""

import asyncio
import gzip
from contextlib import AsyncExitStack

import httpx
import openai
import pytest
import pytest_asyncio
from hypothesis import given, settings
from hypothesis import strategies as st
from scripted_orchestrator import Script, answer, gateway_to, scripted

from its_gateway.schema import ChatRequest

QUESTION = [{"role": "user", "content": "2 + 2?"}]
ASK = {"model": "its-tiny", "messages": QUESTION}
PATH = "/v1/chat/completions"

CALL = {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
TOOL = {"type": "function", "function": {"name": "f"}}

REFUSED = [
    ({"messages": []}, "messages"),
    ({"messages": None}, "messages"),
    ({"messages": "hello"}, "messages"),
    ({"messages": ["hello"]}, "messages[0]"),
    ({"messages": [{"role": "function", "content": "x"}]}, "messages[0].role"),
    ({"messages": [{"role": "user"}]}, "messages[0]"),
    ({"messages": [{"role": "user", "content": 5}]}, "messages[0].content"),
    ({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, "messages[0].content[0].type"),
    ({"messages": [{"role": "user", "content": "x", "tool_calls": [CALL]}]}, "messages[0]"),
    ({"messages": [{"role": "user", "content": "x", "tool_call_id": "1"}]}, "messages[0]"),
    ({"messages": [{"role": "tool", "content": "x"}]}, "messages[0]"),
    ({"messages": [{"role": "assistant"}]}, "messages[0]"),
    ({"messages": [{"role": "user", "content": "x", "audio": {}}]}, "messages[0].audio"),
    ({"messages": [{"role": "user", "content": "x", "refusal": "no"}]}, "messages[0]"),
    ({"messages": [{"role": "user", "content": [{"type": "input_audio"}]}]}, "messages[0].content[0].type"),
    ({"messages": [{"role": "user", "content": [{"type": "file"}]}]}, "messages[0].content[0].type"),
    ({"messages": [{"role": "user", "content": [{"type": "text"}]}]}, "messages[0].content[0]"),
    ({"messages": [{"role": "user", "content": [{"type": "refusal", "refusal": "no"}]}]}, "messages[0]"),
    ({"messages": [{"role": "assistant", "content": [{"type": "refusal", "text": "no"}]}]}, "messages[0].content[0]"),
    ({"model": None}, "model"),
    ({"model": ""}, "model"),
    ({"model": 3}, "model"),
    ({"budget": 0}, "budget"),
    ({"budget": 1001}, "budget"),
    ({"budget": -1}, "budget"),
    ({"budget": "many"}, "budget"),
    ({"budget": True}, "budget"),
    ({"budget": 1.5}, "budget"),
    ({"budget": [1]}, "budget"),
    ({"budget": {"samples": 0}}, "budget"),
    ({"budget": {"tokens": 0}}, "budget.tokens"),
    ({"budget": {"seconds": 0}}, "budget.seconds"),
    ({"budget": {"dollars": 1}}, "budget.dollars"),
    ({"n": 0}, "n"),
    ({"n": 129}, "n"),
    ({"logprobs": 3}, "logprobs"),
    ({"logprobs": True, "top_logprobs": 21}, "top_logprobs"),
    ({"parallel_tool_calls": 1}, "parallel_tool_calls"),
    ({"store": True}, "store"),
    ({"functions": []}, "functions"),
    ({"reasoning_effort": "high"}, "reasoning_effort"),
    ({"frobnicate": 1}, "frobnicate"),
    ({"temperature": "hot"}, "temperature"),
    ({"temperature": 11}, "temperature"),
    ({"temperature": -1}, "temperature"),
    ({"top_p": 0}, "top_p"),
    ({"presence_penalty": 3}, "presence_penalty"),
    ({"max_tokens": 0}, "max_tokens"),
    ({"max_tokens": 2**32}, "max_tokens"),
    ({"seed": 2**64}, "seed"),
    ({"seed": "x"}, "seed"),
    ({"stop": 5}, "stop"),
    ({"stop": [""]}, "stop[0]"),
    ({"logit_bias": {"five": 1}}, "logit_bias.five"),
    ({"logit_bias": {"5": 101}}, "logit_bias[5]"),
    ({"stream": "yes"}, "stream"),
    ({"tools": [{"type": "retrieval"}]}, "tools[0].type"),
    ({"tools": [{"type": "function", "function": {"name": "f", "strict": 1}}]}, "tools[0].function.strict"),
    ({"tool_choice": "always"}, "tool_choice.type"),
    ({"tool_choice": {"type": "function"}, "tools": [TOOL]}, "tool_choice"),
    ({"response_format": {"type": "yaml"}}, "response_format.type"),
    ({"response_format": {"type": "json_schema"}}, "response_format"),
    ({"stream_options": {"include": 1}}, "stream_options.include"),
    ({"metadata": {"a": 1}}, "metadata.a"),
    ({"its": 5}, "its"),
    ({"its": {"progress": 1}}, "its.progress"),
    ({"its": {"thinking": {"open": "<think>"}}}, "its.thinking.close"),
    ({"its": {"thinking": 64}}, "its.thinking"),
    ({"its": {"alpha": 2**60}}, "its.alpha"),
    ({"its": {"alpha": [[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]}}, "its.alpha"),
    ({"algorithm": 5}, "algorithm"),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def refusing():
    """One gateway for all bodies: a refusal leaves nothing behind."""
    async with AsyncExitStack() as stack:
        yield await _client(stack)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(("change", "param"), REFUSED, ids=[str(change)[:60] for change, _ in REFUSED])
async def test_a_wrong_field_is_named(refusing, change, param):
    response = await refusing.post(PATH, json={**ASK, **change})

    error = response.json()["error"]
    assert response.status_code == 400
    assert set(error) == {"message", "type", "param", "code"}
    assert (error["type"], error["param"]) == ("invalid_request_error", param)
    assert error["message"].startswith(f"{param}: ")


@pytest.mark.parametrize(
    "change",
    [
        {"max_tokens": 5, "max_completion_tokens": 6},
        {"stream_options": {"include_usage": True}},
        {"top_logprobs": 3},
        {"tool_choice": "required"},
        {"tool_choice": {"type": "function", "function": {"name": "g"}}, "tools": [TOOL]},
        {
            "tool_choice": {
                "type": "allowed_tools",
                "allowed_tools": {"mode": "auto", "tools": [{"type": "function", "function": {"name": "g"}}]},
            },
            "tools": [TOOL],
        },
    ],
)
async def test_fields_that_contradict_one_another_are_refused(http, change):
    response = await http.post(PATH, json={**ASK, **change})

    assert response.status_code == 400
    assert response.json()["error"]["param"] == next(iter(change))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"frobnicate": 1}, ["frobnicate", "temperature", "budget", "its"]),
        ({"budget": "many"}, ["budget", '"many"', "1 to 1000"]),
        ({"budget": 1001}, ["1001", "1000"]),
        ({"n": 200}, ["n: ", "200", "128"]),
        ({"functions": []}, ["functions", "tools"]),
        ({"its": {"thinking": {"open": "<think>", "close": 5}}}, ["its.thinking.close", "closes them"]),
        ({"reasoning_effort": "high"}, ["reasoning_effort", "budget"]),
        ({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, ["image_url", "text"]),
        ({"its": {"alpha": 2**60}}, ["2^53", "text"]),
        ({"its": 5}, ["its: ", "JSON object"]),
    ],
)
async def test_an_error_says_what_was_asked_and_what_is_possible(http, change, words):
    message = (await http.post(PATH, json={**ASK, **change})).json()["error"]["message"]

    assert [word for word in words if word not in message] == []


async def test_a_model_that_contradicts_the_algorithm_is_refused(client):
    with pytest.raises(openai.BadRequestError, match="contradicts") as error:
        await client.chat.completions.create(
            model="its-tiny:best-of-n", messages=QUESTION, extra_body={"algorithm": "beam-search"}
        )

    assert error.value.param == "algorithm"


async def test_an_unknown_algorithm_is_refused_with_those_that_exist(client):
    with pytest.raises(openai.BadRequestError, match="beam-search, best-of-n") as error:
        await client.chat.completions.create(model="its-tiny", messages=QUESTION, extra_body={"algorithm": "magic"})

    assert error.value.param == "algorithm"


async def test_more_requests_than_the_limit_are_sent_away_for_a_while(gateway, script):
    go_on = asyncio.Event()

    async def slow():
        await go_on.wait()
        yield answer()

    script.events = slow
    async with httpx.AsyncClient(base_url=await gateway(max_concurrent_calls=1)) as http:
        running = asyncio.create_task(http.post(PATH, json=ASK))
        await script.began.wait()
        refused = await http.post(PATH, json=ASK)
        healthy = await http.get("/health")
        go_on.set()

        assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
        assert refused.json()["error"]["code"] == "rate_limit_exceeded"
        assert healthy.status_code == 200
        assert (await running).status_code == 200
        assert (await http.post(PATH, json=ASK)).status_code == 200


async def test_defaults_that_are_said_out_loud_are_accepted(client):
    await client.chat.completions.create(
        model="its-tiny",
        messages=QUESTION,
        n=1,
        logprobs=False,
        parallel_tool_calls=True,
        modalities=["text"],
        service_tier="auto",
        store=False,
        user="ann",
        metadata={"run": "7"},
        response_format={"type": "text"},
        stream=False,
        frequency_penalty=None,
    )


@pytest.mark.parametrize("body", [b"", b"{", b"nothing", b'"text"', b"[]", b"5", b"null", b"\xff", b"[" * 5000])
async def test_what_is_no_json_object_is_refused(http, body):
    response = await http.post(PATH, content=body, headers={"content-type": "application/json"})

    assert response.status_code == 400
    assert response.json()["error"]["type"] == "invalid_request_error"


async def test_another_content_type_is_refused(http):
    response = await http.post(PATH, data={"model": "its-tiny"})

    assert response.status_code == 415
    assert "application/json" in response.json()["error"]["message"]


async def test_a_packed_body_is_refused_as_such(http):
    headers = {"content-encoding": "gzip", "content-type": "application/json"}
    response = await http.post(PATH, content=gzip.compress(b"{}"), headers=headers)

    assert (response.status_code, response.json()["error"]["code"]) == (415, "unsupported_content_encoding")


async def test_a_body_that_says_it_is_too_large_is_refused_before_it_is_sent(gateway):
    url = httpx.URL(await gateway())
    reader, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: 10485760\r\n\r\n{")
    status = await reader.readline()
    writer.close()
    await writer.wait_closed()

    assert status.startswith(b"HTTP/1.1 413")


async def test_ten_megabytes_are_refused(http):
    response = await http.post(PATH, json={**ASK, "user": "x" * 10_000_000})

    assert response.status_code == 413
    assert response.json()["error"]["code"] == "body_too_large"


async def test_ten_megabytes_without_a_length_are_refused_as_they_come(http):
    sent = 0

    async def pieces():
        nonlocal sent
        for _ in range(160):
            sent += 1
            yield b" " * 65536

    response = await http.post(PATH, content=pieces(), headers={"content-type": "application/json"})

    assert response.status_code == 413


async def test_the_largest_body_is_a_setting(gateway):
    async with httpx.AsyncClient(base_url=await gateway(max_body_bytes=1024)) as http:
        assert (await http.post(PATH, json={**ASK, "user": "x" * 1024})).status_code == 413
        assert (await http.post(PATH, json=ASK)).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nowhere", 404), ("POST", "/v1/completion", 404), ("GET", PATH, 405), ("DELETE", "/v1/models", 405)],
)
async def test_a_wrong_route_is_an_error_of_openai_s(http, method, path, status):
    response = await http.request(method, path)

    assert response.status_code == status
    assert path in response.json()["error"]["message"]
    assert response.headers["x-request-id"]
    assert (status == 405) == ("allow" in response.headers)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
field = st.sampled_from(sorted(ChatRequest.model_fields))
message = st.fixed_dictionaries(
    {"role": st.sampled_from(["system", "user", "assistant", "tool"])},
    optional={"content": json_values, "name": json_values, "tool_calls": json_values, "tool_call_id": json_values},
)
body = st.builds(
    lambda given, changes: {**given, **changes},
    st.fixed_dictionaries(
        {"model": st.just("its-tiny"), "messages": st.lists(message, max_size=2) | st.just(QUESTION)}
    ),
    st.dictionaries(field, json_values, max_size=3),
)


def test_no_json_body_is_ever_a_422_or_our_fault():
    async def ask(http, one):
        return await http.post(PATH, json=one)

    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        http = runner.run(_client(stack))

        @given(json_values | body)
        @settings(max_examples=100, deadline=None)
        def law(one):
            response = runner.run(ask(http, one))

            assert response.status_code in {200, 400}
            assert response.status_code == 200 or "message" in response.json()["error"]

        law()
        runner.run(stack.aclose())


async def _client(stack):
    url = await stack.enter_async_context(gateway_to(await stack.enter_async_context(scripted(Script()))))
    return await stack.enter_async_context(httpx.AsyncClient(base_url=url))
