"""A virtual clock jumps where everybody waits."""

import asyncio

import pytest

from its_orchestrator.testing import virtual_time


def test_whoever_wants_less_time_is_first_and_nobody_waits():
    async def race() -> tuple[list[str], float]:
        came: list[str] = []

        async def come(name: str, days: int) -> None:
            await asyncio.sleep(days * 86400)
            came.append(name)

        await asyncio.gather(come("slow", 2), come("fast", 1))
        return came, asyncio.get_running_loop().time()

    assert virtual_time.run(race()) == (["fast", "slow"], 2 * 86400)


def test_waiting_for_nothing_is_an_error_and_no_hang():
    with pytest.raises(RuntimeError, match="no timer"):
        virtual_time.run(asyncio.Event().wait())
