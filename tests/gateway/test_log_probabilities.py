"""Log-probabilities come in OpenAI's form, whole and streamed, when they are asked for."""

import math

import pytest
from scripted_orchestrator import answer

from its.orchestrator.v1.answer_pb2 import AnswerToken, TopToken

ASK = {"model": "its-tiny", "messages": [{"role": "user", "content": "2 + 2?"}]}


async def told():
    tokens = [
        AnswerToken(
            text=b"4", logprob=-0.25, top=[TopToken(text=b"4", logprob=-0.25), TopToken(text=b"5", logprob=-3)]
        ),
        AnswerToken(text=b"\xc3", logprob=-1.0),
        AnswerToken(text=b"\xbc", logprob=-math.inf),
    ]
    yield answer("4ü", tokens=tokens)


@pytest.fixture
def telling(script):
    script.events = told
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
