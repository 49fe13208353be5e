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
from its.orchestrator.v1.event_pb2 import CandidateEnded, FailureNoted, Note, Progress, SolveEvent
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


@pytest.mark.parametrize("stream", [False, True])
async def test_one_call_at_a_time_is_kept_where_more_are_not_wanted(client, script, stream):
    async def calls():
        call = ToolCall(id="call-1", name="add", arguments_json='{"a":2}')
        yield answer(message=Message(role=Role.ROLE_ASSISTANT, tool_calls=[call, call]))

    script.events = calls
    if stream:
        async with client.chat.completions.stream(**ASK, parallel_tool_calls=False) as streaming:
            completion = await streaming.get_final_completion()
    else:
        completion = await client.chat.completions.create(**ASK, parallel_tool_calls=False)

    assert len(completion.choices[0].message.tool_calls) == 1
    assert completion.choices[0].finish_reason == "tool_calls"


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
        yield SolveEvent(failure=FailureNoted(message="too large"))
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


def run_of(words, rest, calls):
    """A run that commits words one by one, tells of its progress, and answers with more words and calls of tools."""

    async def run():
        yield started()
        for word in words:
            yield committed(word)
            yield SolveEvent(progress=Progress(rounds=1, live=2))
        content = [ContentPart(text="".join(words) + rest)]
        yield answer(message=Message(role=Role.ROLE_ASSISTANT, content=content, tool_calls=calls))

    return run


CALLS = st.builds(
    ToolCall, id=st.text(min_size=1, max_size=3), name=st.sampled_from(["add", "mul"]), arguments_json=st.text()
)
RUNS = st.tuples(st.lists(st.text(max_size=5), max_size=5), st.text(max_size=5), st.lists(CALLS, max_size=3))


@given(runs=st.lists(RUNS, min_size=1, max_size=3), progress=st.booleans(), one_call=st.booleans())
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_what_was_streamed_is_the_message_always(runs, progress, one_call):
    asked = {**ASK, "n": len(runs), "its": {"progress": progress}, "parallel_tool_calls": not one_call}
    completion = Completion(ChatRequest.model_validate(asked))
    scripts = [run_of(*run) for run in runs]
    chunks = [Chunks(completion, number) for number in range(len(runs))]
    pieces = stream(completion, chunks, [script() for script in scripts], Timing(60, 60))
    events = b"".join([piece async for piece in pieces]).split(b"\n\n")
    choices = [orjson.loads(event.removeprefix(b"data: "))["choices"][0] for event in events[:-2]]
    answers = [[event async for event in script()][-1] for script in scripts]
    whole = orjson.loads(completion.whole(answers))["choices"]

    assert events[-2:] == [b"data: [DONE]", b""]
    for number, choice in enumerate(whole):
        own = [one for one in choices if one["index"] == number]
        deltas = [one["delta"] for one in own]
        calls = [call for delta in deltas for call in delta.get("tool_calls", ())]
        assert "".join(delta.get("content", "") for delta in deltas) == (choice["message"]["content"] or "")
        assert [call.pop("index") for call in calls] == list(range(len(calls)))
        assert calls == choice["message"].get("tool_calls", [])
        assert own[-1]["finish_reason"] == choice["finish_reason"]
        assert any("reasoning_content" in delta for delta in deltas) == progress


MEGABYTE = "x" * 2**20
MANY = 64
AHEAD = 16
"""Megabytes that sockets, pipes and the two protocols may hold; a gateway that reads ahead holds all that is sent."""


async def test_a_slow_reader_slows_the_run_and_grows_nothing(gateway, script):
    sent = 0

    async def much():
        nonlocal sent
        for sent in range(1, MANY + 1):  # noqa: B007  (read outside)
            yield committed(MEGABYTE)
        yield answer(MEGABYTE * MANY)

    script.events = much
    received = 0
    async with (
        httpx.AsyncClient(base_url=await gateway()) as http,
        http.stream("POST", "/v1/chat/completions", json={**ASK, "stream": True}) as response,
    ):
        async for piece in response.aiter_bytes():
            received += len(piece)
            assert sent - received / 2**20 < AHEAD
            if received > MANY * 2**19:
                break
            await asyncio.sleep(0)

    assert sent > MANY / 2 - 1


async def test_a_message_without_content_streams_none(client, script):
    async def empty():
        yield answer(message=Message(role=Role.ROLE_ASSISTANT, content=[ContentPart(text="")]))

    script.events = empty
    chunks = [chunk async for chunk in await client.chat.completions.create(**ASK, stream=True)]

    assert [chunk.choices[0].delta.content for chunk in chunks] == ["", None]
