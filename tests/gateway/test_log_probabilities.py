"""Log-probabilities come in OpenAI's form, whole and streamed, when they are asked for."""

import math

import pytest
from scripted_orchestrator import answer, committed

from its.orchestrator.v1.answer_pb2 import AnswerToken, TopToken

ASK = {"model": "its-tiny", "messages": [{"role": "user", "content": "2 + 2?"}]}


TOKENS = [
    AnswerToken(text=b"4", logprob=-0.25, top=[TopToken(text=b"4", logprob=-0.25), TopToken(text=b"5", logprob=-3)]),
    AnswerToken(text=b"\xc3", logprob=-1.0),
    AnswerToken(text=b"\xbc", logprob=-math.inf),
]


async def told():
    yield answer("4ü", tokens=TOKENS)


async def told_in_pieces():
    yield committed("4", TOKENS[:1])
    yield committed("ü", TOKENS[1:])
    yield answer("4ü!", tokens=[*TOKENS, AnswerToken(text=b"!", logprob=-2)])


@pytest.fixture
def telling(script):
    script.events = told
    return script


@pytest.fixture
def growing(script):
    script.events = told_in_pieces
    return script


async def test_each_token_has_its_text_its_bytes_and_its_alternatives(client, telling):
    completion = await client.chat.completions.create(**ASK, logprobs=True, top_logprobs=2)

    first, second, third = completion.choices[0].logprobs.content
    assert (first.token, first.bytes, first.logprob) == ("4", [0x34], -0.25)
    assert [(top.token, top.bytes, top.logprob) for top in first.top_logprobs] == [
        ("4", [0x34], -0.25),
        ("5", [0x35], -3),
    ]
    assert bytes(second.bytes + third.bytes).decode() == "ü"
    assert third.logprob == -9999.0
    assert second.top_logprobs == []
    assert telling.request.logprobs.top == 2
    assert telling.request.logprobs.texts


async def test_streamed_they_are_the_same(client, telling):
    whole = await client.chat.completions.create(**ASK, logprobs=True)
    stream = await client.chat.completions.create(**ASK, logprobs=True, stream=True)
    streamed = [one for chunk in [c async for c in stream] for one in (chunk.choices[0].logprobs or _None).content]

    assert streamed == whole.choices[0].logprobs.content


async def test_each_chunk_has_those_of_its_own_text(client, growing):
    stream = await client.chat.completions.create(**ASK, logprobs=True, stream=True)
    choices = [chunk.choices[0] async for chunk in stream]
    pieces = [(one.delta.content, one.logprobs.content) for one in choices if one.logprobs]

    assert [text for text, _ in pieces] == ["4", "ü", "!"]
    assert all(b"".join(bytes(one.bytes) for one in tokens).decode() == text for text, tokens in pieces)


async def test_each_chunk_of_a_text_completion_has_those_of_its_own_text(client, growing):
    asked = {"model": "its-tiny", "prompt": "2 + 2 =", "logprobs": 1}
    whole = (await client.completions.create(**asked)).choices[0].logprobs
    chunks = [chunk.choices[0] async for chunk in await client.completions.create(**asked, stream=True)]
    pieces = [(one.text, one.logprobs) for one in chunks if one.logprobs]

    assert [(text, told.text_offset) for text, told in pieces] == [("4", [0]), ("ü", [1, 1]), ("!", [2])]
    assert [one for _, told in pieces for one in told.token_logprobs] == whole.token_logprobs
    assert whole.text_offset == [0, 1, 1, 2]


async def test_each_delta_of_a_response_has_those_of_its_own_text(client, growing):
    asked = {"model": "its-tiny", "input": "2 + 2?", "include": ["message.output_text.logprobs"]}
    whole = (await client.responses.create(**asked)).output[0].content[0].logprobs
    events = [event async for event in await client.responses.create(**asked, stream=True)]
    deltas = [event for event in events if event.type == "response.output_text.delta"]
    done = next(event for event in events if event.type == "response.output_text.done")

    assert [(one.delta, len(one.logprobs)) for one in deltas] == [("4", 1), ("ü", 2), ("!", 1)]
    assert [one.logprob for delta in deltas for one in delta.logprobs] == [one.logprob for one in whole]
    assert [one.logprob for one in done.logprobs] == [one.logprob for one in whole]


async def test_the_sdk_puts_streamed_ones_together(client, telling):
    async with client.chat.completions.stream(**ASK, logprobs=True) as stream:
        completion = await stream.get_final_completion()

    assert completion.choices[0].logprobs.content[0].token == "4"
    assert completion.choices[0].message.content == "4ü"


async def test_none_come_when_they_are_not_asked_for(client, telling):
    completion = await client.chat.completions.create(**ASK)

    assert completion.choices[0].logprobs is None
    assert not telling.request.HasField("logprobs")


class _None:
    content = ()
