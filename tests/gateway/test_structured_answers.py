"""A structured answer validates, or says in OpenAI's words that there is none; bad schemas are refused with a place."""

import openai
import pydantic
import pytest
from scripted_orchestrator import answer

from its.chat.v1.chat_pb2 import Message, Role
from its.generator.v1.generator_pb2 import StopReason
from its_runtime.errors import InvalidRequest

ASK = {"model": "its-tiny", "messages": [{"role": "user", "content": "2 + 2?"}]}
WHY = "none of 2 answers has the form that was asked for: it is no JSON"


class Sum(pydantic.BaseModel):
    value: int


async def valid():
    yield answer('{"value": 4}')


async def none():
    yield answer(message=Message(role=Role.ROLE_ASSISTANT), refusal=WHY)


async def cut():
    yield answer('{"val', stop_reason=StopReason.STOP_REASON_LENGTH)


async def test_the_sdk_parses_what_validates(client, script):
    script.events = valid
    completion = await client.chat.completions.parse(**ASK, response_format=Sum)

    assert completion.choices[0].message.parsed == Sum(value=4)
    assert '"value"' in script.request.structured_output.json_schema


async def test_where_nothing_validates_there_is_a_refusal_and_no_content(client, script):
    script.events = none
    completion = await client.chat.completions.parse(**ASK, response_format=Sum)

    message = completion.choices[0].message
    assert (message.content, message.refusal, message.parsed) == (None, WHY, None)
    assert completion.choices[0].finish_reason == "stop"
    assert completion.usage.completion_tokens == 30
    assert len(completion.model_extra["its"]["candidates"]) == 2


async def test_streamed_the_refusal_is_the_same(client, script):
    script.events = none
    async with client.chat.completions.stream(**ASK, response_format=Sum) as stream:
        completion = await stream.get_final_completion()

    message = completion.choices[0].message
    assert (message.content or None, message.refusal, message.parsed) == (None, WHY, None)


async def test_what_was_cut_off_says_so(client, script):
    script.events = cut
    with pytest.raises(openai.LengthFinishReasonError):
        await client.chat.completions.parse(**ASK, response_format=Sum)


async def test_a_bad_schema_is_refused_with_its_path(client, script):
    async def refused():
        raise InvalidRequest.field("structured_output.json_schema.properties.a.type", "this can't be used")
        yield

    script.events = refused
    form = {"type": "json_schema", "json_schema": {"name": "a", "schema": {"properties": {"a": {"type": 5}}}}}
    with pytest.raises(openai.BadRequestError) as error:
        await client.chat.completions.create(**ASK, response_format=form)

    assert error.value.param == "response_format.json_schema.schema.properties.a.type"
