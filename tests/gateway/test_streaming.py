"""A stream is OpenAI's: a role, committed text, the end; errors and silence included."""

import asyncio

import httpx
import openai
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scripted_orchestrator import answer, committed, started

from its.chat.v1.chat_pb2 import ContentPart, Message, Role, ToolCall
from its.orchestrator.v1.event_pb2 import CandidateEnded, Note, Progress, SolveEvent
from its.orchestrator.v1.orchestrator_pb2 import Detail
from its_gateway.chat.chunks import Chunks, stream
from its_gateway.chat.completion import Completion
from its_gateway.heartbeat import Heartbeats, Timing
from its_gateway.schema import ChatRequest
from its_runtime.errors import InvalidRequest, Unavailable

ASK = {"model": "its-tiny", "messages": [{"role": "user", "content": "2 + 2?"}]}


async def said_in_pieces():
    yield started()
    yield committed("The answer ")
    yield committed("is 4")
    yield answer("The answer is 4.")


async def test_text_arrives_as_it_is_committed_and_ends_with_the_figures(client, script):
    script.events = said_in_pieces
    stream = await client.chat.completions.create(**ASK, stream=True)
    chunks = [chunk async for chunk in stream]

    assert chunks[0].choices[0].delta.role == "assistant"
    assert [chunk.choices[0].delta.content for chunk in chunks[1:-1]] == ["The answer ", "is 4", "."]
    assert [chunk.choices[0].finish_reason for chunk in chunks] == [None] * (len(chunks) - 1) + ["stop"]
    assert chunks[-1].model_extra["its"]["trace_id"] == "trace-1"
    assert chunks[-1].system_fingerprint.startswith("fp_")
    assert len({chunk.id for chunk in chunks}) == 1
    assert chunks[0].object == "chat.completion.chunk"


async def test_usage_comes_last_when_it_is_asked_for(client):
    stream = await client.chat.completions.create(**ASK, stream=True, stream_options={"include_usage": True})
    chunks = [chunk async for chunk in stream]

    assert chunks[-1].choices == []
    assert chunks[-1].usage.completion_tokens == 30
    assert all(chunk.usage is None for chunk in chunks[:-1])


async def test_no_usage_comes_when_it_is_not_asked_for(client):
    stream = await client.chat.completions.create(**ASK, stream=True)

    assert all(chunk.usage is None for chunk in [chunk async for chunk in stream])


async def test_the_sdk_puts_a_stream_together_to_the_same_message(client, script):
    script.events = said_in_pieces
    async with client.chat.completions.stream(**ASK) as stream:
        completion = await stream.get_final_completion()

    assert completion.choices[0].message.content == "The answer is 4."
    assert completion.choices[0].finish_reason == "stop"


async def test_tool_calls_arrive_as_deltas(client, script):
    async def calls():
        call = ToolCall(id="call-1", name="add", arguments_json='{"a":2}')
        yield answer(message=Message(role=Role.ROLE_ASSISTANT, tool_calls=[call, call]))

    script.events = calls
    stream = await client.chat.completions.create(**ASK, stream=True)
    chunks = [chunk async for chunk in stream]

    first, second = chunks[1].choices[0].delta.tool_calls
    assert (first.index, second.index) == (0, 1)
    assert (first.function.name, first.function.arguments) == ("add", '{"a":2}')
    assert chunks[-1].choices[0].finish_reason == "tool_calls"


async def eventful():
    yield started()
    yield SolveEvent(progress=Progress(rounds=2, live=3, ended=1, best_score=0.5))
    yield SolveEvent(ended=CandidateEnded(candidate_id="7", completion_tokens=9, final_answer="4"))
    yield SolveEvent(note=Note(message="The budget was rounded to 8."))
    yield answer()


async def test_progress_is_told_as_reasoning_when_asked_for(client, script):
    script.events = eventful
    stream = await client.chat.completions.create(**ASK, stream=True, extra_body={"its": {"progress": True}})
    deltas = [chunk.choices[0].delta for chunk in [chunk async for chunk in stream]]

    assert script.request.detail == Detail.DETAIL_PROGRESS
    assert [delta.model_extra["reasoning_content"] for delta in deltas if "reasoning_content" in delta.model_extra] == [
        "best-of-n with its-tiny, budget 2 samples\n",
        "round 2: 3 growing, 1 ended, best score 0.500\n",
        "candidate 7 ended after 9 tokens: 4\n",
        "The budget was rounded to 8.\n",
    ]


async def test_progress_is_not_told_otherwise(client, script):
    script.events = eventful
    stream = await client.chat.completions.create(**ASK, stream=True)

    assert "reasoning_content" not in "".join([chunk.to_json() async for chunk in stream])


async def test_an_error_before_anything_was_said_is_a_status(gateway, script):
    async def refused():
        yield started()
        raise InvalidRequest.field("parameters.alpha", "too large")

    script.events = refused
    url = await gateway(status_seconds=60)
    async with openai.AsyncOpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0) as client:
        with pytest.raises(openai.BadRequestError) as error:
            await client.chat.completions.create(**ASK, stream=True)

    assert error.value.param == "its.alpha"


async def test_an_error_in_the_middle_is_an_event_and_the_stream_ends(client, http, script):
    async def broken():
        yield committed("The ans")
        raise Unavailable("generator: it is gone")

    script.events = broken
    stream = await client.chat.completions.create(**ASK, stream=True)
    with pytest.raises(openai.APIError, match="generator: it is gone"):
        [chunk async for chunk in stream]

    lines = (await http.post("/v1/chat/completions", json={**ASK, "stream": True})).text.split("\n\n")
    assert orjson.loads(lines[-3].removeprefix("data: "))["error"]["code"] == "service_unavailable"
    assert lines[-2:] == ["data: [DONE]", ""]


async def test_a_run_without_an_answer_is_an_error(client, script):
    async def silent():
        yield started()

    script.events = silent
    with pytest.raises(openai.APIError, match="ended without an answer"):
        [chunk async for chunk in await client.chat.completions.create(**ASK, stream=True)]
    with pytest.raises(openai.InternalServerError, match="ended without an answer"):
        await client.chat.completions.create(**ASK)


async def test_an_answer_that_takes_words_back_is_an_error_and_not_an_answer(client, script):
    async def fickle():
        yield committed("The answer is 5")
        yield answer("The answer is 4")

    script.events = fickle
    with pytest.raises(openai.APIError, match="committed before"):
        [chunk async for chunk in await client.chat.completions.create(**ASK, stream=True)]


async def test_a_silent_stream_is_kept_alive_by_comments(gateway, script):
    go_on = asyncio.Event()

    async def slow():
        yield started()
        await go_on.wait()
        yield answer()

    script.events = slow
    lines = []
    async with (
        httpx.AsyncClient(base_url=await gateway(keep_alive_seconds=0.01)) as http,
        http.stream("POST", "/v1/chat/completions", json={**ASK, "stream": True}) as response,
    ):
        async for line in response.aiter_lines():
            lines.append(line)
            if line == ": keep-alive":
                go_on.set()

    assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert ": keep-alive" in lines
    assert lines[-2:] == ["data: [DONE]", ""]


async def test_a_role_comes_even_before_anything_happens(client, script):
    go_on = asyncio.Event()

    async def slow():
        await go_on.wait()
        yield answer()

    script.events = slow
    stream = await client.chat.completions.create(**ASK, stream=True)
    first = await anext(stream)
    go_on.set()

    assert first.choices[0].delta.role == "assistant"
    assert [chunk async for chunk in stream][-1].choices[0].finish_reason == "stop"


async def test_closing_heartbeats_closes_what_they_wait_for():
    closed = asyncio.Event()

    async def endless():
        try:
            yield 1
            await asyncio.Event().wait()
        finally:
            closed.set()

    beats = Heartbeats(endless(), 0.001).beats()
    async for beat in beats:
        if beat is None:
            break
    await beats.aclose()

    assert closed.is_set()


async def pieces_of(words, said):
    for word in words:
        yield committed(word)
    yield answer(said)


@given(words=st.lists(st.text(max_size=5), max_size=5), rest=st.text(max_size=5))
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_what_was_streamed_is_the_answer(words, rest):
    said = "".join(words) + rest
    completion = Completion(ChatRequest.model_validate(ASK))
    pieces = stream(completion, [Chunks(completion, 0)], [pieces_of(words, said)], Timing(60, 60))
    events = b"".join([piece async for piece in pieces]).split(b"\n\n")

    deltas = [orjson.loads(event.removeprefix(b"data: "))["choices"][0]["delta"] for event in events[:-2]]
    assert "".join(delta.get("content", "") for delta in deltas) == said


async def test_a_message_without_content_streams_none(client, script):
    async def empty():
        yield answer(message=Message(role=Role.ROLE_ASSISTANT, content=[ContentPart(text="")]))

    script.events = empty
    chunks = [chunk async for chunk in await client.chat.completions.create(**ASK, stream=True)]

    assert [chunk.choices[0].delta.content for chunk in chunks] == ["", None]
