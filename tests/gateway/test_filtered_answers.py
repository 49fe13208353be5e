"""A text that a content filter of the engine cut off says so, in every protocol."""

from scripted_orchestrator import answer

from its.generator.v1.generator_pb2 import StopReason

ASK = {"model": "its-tiny", "messages": [{"role": "user", "content": "2 + 2?"}]}


async def filtered():
    yield answer("The ans", stop_reason=StopReason.STOP_REASON_CONTENT_FILTER)


async def test_chat_completions_say_so(client, script):
    script.events = filtered
    whole = await client.chat.completions.create(**ASK)
    chunks = [chunk async for chunk in await client.chat.completions.create(**ASK, stream=True)]

    assert whole.choices[0].finish_reason == chunks[-1].choices[0].finish_reason == "content_filter"
    assert whole.choices[0].message.content == "The ans"


async def test_completions_say_so(client, script):
    script.events = filtered
    whole = await client.completions.create(model="its-tiny", prompt="2 + 2 =")

    assert whole.choices[0].finish_reason == "content_filter"


async def test_responses_are_incomplete_for_it(client, script):
    script.events = filtered
    whole = await client.responses.create(model="its-tiny", input="2 + 2?")
    events = [event async for event in await client.responses.create(model="its-tiny", input="2 + 2?", stream=True)]

    assert whole.status == "incomplete"
    assert whole.incomplete_details.reason == "content_filter"
    assert events[-1].type == "response.incomplete"
