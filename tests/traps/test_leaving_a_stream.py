"""Trap: leaving `async for` does not cancel a call; the engine behind it would go on."""

import asyncio
import gc
from contextlib import aclosing

import pytest

from its_runtime.calls import responses


async def read_and_break(answers):
    async for _ in answers:
        1 / 0  # noqa: B018


async def test_break_leaves_the_server_working_even_after_garbage_collection(bare, dial, waiting, question):
    stream = waiting()
    async with bare(stream) as port, dial(port) as stub:
        call = stub.Generate(question, timeout=30)
        async for _ in call:
            break
        del call
        gc.collect()
        other = waiting()
        async with bare(other) as second_port, dial(second_port) as second:
            async with aclosing(responses(second.Generate(question, timeout=30), "generator")) as answers:
                await anext(answers)
            await asyncio.wait_for(other.closed.wait(), 10)

        assert not stream.closed.is_set()


async def test_an_exception_in_the_loop_leaves_the_server_working_too(bare, dial, waiting, question):
    stream = waiting()
    async with bare(stream) as port, dial(port) as stub:
        with pytest.raises(ZeroDivisionError):
            await read_and_break(stub.Generate(question, timeout=30))
        gc.collect()

        assert not stream.closed.is_set()


async def test_reading_through_responses_stops_the_server(ours, dial, waiting, question):
    stream = waiting()
    async with ours(stream) as port, dial(port) as stub:
        async with aclosing(responses(stub.Generate(question, timeout=30), "generator")) as answers:
            async for _ in answers:
                break

        await asyncio.wait_for(stream.closed.wait(), 10)


async def test_an_exception_while_reading_through_responses_stops_the_server(ours, dial, waiting, question):
    stream = waiting()
    async with ours(stream) as port, dial(port) as stub:
        with pytest.raises(ZeroDivisionError):
            async with aclosing(responses(stub.Generate(question, timeout=30), "generator")) as answers:
                await read_and_break(answers)

        await asyncio.wait_for(stream.closed.wait(), 10)
