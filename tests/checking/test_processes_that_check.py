"""The processes that check end when they are late, when a caller closes, and are replaced when they die."""

import asyncio

import pytest

from its_checking.pool import open_pool
from its_runtime.errors import DeadlinePassed

HANGS = "a" * 60 + "b"


async def test_a_caller_that_leaves_does_not_cost_the_next_one_its_process():
    async with open_pool("regex", 1, 0.5) as pool:
        hanging = asyncio.ensure_future(pool.ask(text=HANGS, pattern=r"^(a+)+$"))
        await asyncio.sleep(0)
        hanging.cancel()
        await asyncio.wait([hanging])

        assert hanging.cancelled()
        assert await pool.ask(text="b", pattern="b")
        assert len(pool._idle) == 1


async def test_closing_ends_a_check_that_hangs():
    async with open_pool("regex", 1, 3600) as pool:
        hanging = asyncio.ensure_future(pool.ask(text=HANGS, pattern=r"^(a+)+$"))
        await asyncio.sleep(0)
    await asyncio.wait([hanging])

    assert hanging.cancelled()


async def test_a_process_that_ended_is_replaced():
    async with open_pool("regex", 1, 5) as pool:
        await pool.ask(text="b", pattern="b")
        pool._idle[0].kill()
        await pool._idle[0].wait()

        assert await pool.ask(text="b", pattern="b")


async def test_what_takes_too_long_is_late_and_the_next_question_is_answered():
    async with open_pool("regex", 1, 0.2) as pool:
        with pytest.raises(DeadlinePassed, match=r"0\.2 s"):
            await pool.ask(text=HANGS, pattern=r"^(a+)+$")

        assert await pool.ask(text="b", pattern="b")


async def test_no_process_is_started_before_there_is_a_question():
    async with open_pool("regex", 2, 1) as pool:
        assert pool._idle == []
        await pool.ask(text="b", pattern="b")
        assert len(pool._idle) == 1
