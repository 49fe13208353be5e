"""A client that leaves takes all work below with it."""

import asyncio
import contextlib
import math

import pytest
from scripted_orchestrator import answer, committed, started

ASK = {"model": "its-tiny", "messages": [{"role": "user", "content": "2 + 2?"}]}


async def endless():
    yield started()
    yield committed("The")
    await asyncio.Event().wait()


async def mute():
    await asyncio.Event().wait()
    yield answer()


@pytest.mark.parametrize("events", [endless, mute])
@pytest.mark.parametrize("stream", [False, True])
async def test_a_client_that_leaves_cancels_the_run(client, script, events, stream):
    script.events = events
    asking = asyncio.create_task(client.chat.completions.create(**ASK, stream=stream))
    await script.began.wait()
    asking.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await (await asking).close()

    await script.ended.wait()


async def test_a_client_that_leaves_in_the_middle_of_a_stream_cancels_the_run(client, script):
    script.events = endless
    stream = await client.chat.completions.create(**ASK, stream=True)
    await anext(stream)
    assert not script.ended.is_set()
    await stream.close()

    await script.ended.wait()


async def test_nothing_is_left_of_requests_whose_clients_left(client, script):
    script.events = endless
    await client.models.list()
    before = len(asyncio.all_tasks())
    for _ in range(5):
        script.ended.clear()
        stream = await client.chat.completions.create(**ASK, stream=True)
        await anext(stream)
        await stream.close()
        await script.ended.wait()

    for _ in range(100):
        await asyncio.sleep(0)
    assert len(asyncio.all_tasks()) <= before + 1


async def test_one_who_leaves_does_not_disturb_another(client, script):
    go_on = asyncio.Event()

    async def slow():
        await go_on.wait()
        yield answer()

    script.events = slow
    staying = asyncio.create_task(client.chat.completions.create(**ASK))
    await script.began.wait()
    script.began.clear()
    leaving = asyncio.create_task(client.chat.completions.create(**ASK))
    await script.began.wait()
    leaving.cancel()
    await script.ended.wait()
    go_on.set()

    assert math.isclose((await staying).model_extra["its"]["candidates"][0]["score"], 0.75)
