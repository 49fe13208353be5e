"""What a service can do is asked once by all who come meanwhile: they share the answer, and the failure."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from its.reward.v1.reward_pb2_grpc import add_RewardServiceServicer_to_server
from its_orchestrator.clients import RewardClient
from its_orchestrator.clients.believed import Believed
from its_orchestrator.testing import World
from its_orchestrator.testing.served import FAST, ScriptedReward
from its_runtime.channel import open_channel
from its_runtime.errors import DeadlinePassed, Unavailable
from its_runtime.server import new_server, serving


class Gate:
    """A question that is answered when a test says so."""

    def __init__(self) -> None:
        self.asked = 0
        self.answered = asyncio.Event()
        self.left = asyncio.Event()
        self.failure: Exception | None = None

    async def __call__(self) -> int:
        self.asked += 1
        try:
            await self.answered.wait()
        except asyncio.CancelledError:
            self.left.set()
            raise
        if self.failure:
            raise self.failure
        return self.asked


class NeverSaying(ScriptedReward):
    """A reward service that takes a question and never answers it."""

    def __init__(self) -> None:
        super().__init__(World(["4"]))
        self.asked = 0

    async def GetCapabilities(self, request, context):  # noqa: N802
        self.asked += 1
        await asyncio.Event().wait()


@asynccontextmanager
async def client_of(silent: NeverSaying) -> AsyncIterator[RewardClient]:
    server = new_server(FAST)
    add_RewardServiceServicer_to_server(silent, server)
    name = "its.reward.v1.RewardService"
    async with serving(server, FAST, name) as port, open_channel(f"127.0.0.1:{port}") as channel:
        yield RewardClient(channel, "here")


async def waiting(number: int, ask: Callable) -> list[asyncio.Task]:
    tasks = [asyncio.create_task(ask()) for _ in range(number)]
    await asyncio.sleep(0)
    return tasks


async def test_sixteen_callers_of_a_silent_service_share_one_question_and_its_timeout():
    silent = NeverSaying()
    async with client_of(silent) as client:
        results = await asyncio.gather(*(client.models() for _ in range(16)), return_exceptions=True)

    assert silent.asked == 1
    assert {type(one) for one in results} == {DeadlinePassed}


async def test_a_failure_is_not_remembered():
    gate = Gate()
    gate.failure = Unavailable("down")
    believed = Believed(gate, 1000)
    gate.answered.set()
    with pytest.raises(Unavailable, match="down"):
        await believed.answer()
    gate.failure = None

    assert await believed.answer() == 2
    assert await believed.answer() == 2


async def test_a_caller_that_leaves_takes_nothing_from_the_others():
    gate = Gate()
    believed = Believed(gate, 1000)
    first, second = await waiting(2, believed.answer)
    first.cancel()
    await asyncio.wait({first})
    gate.answered.set()

    assert await second == 1


async def test_a_question_that_nobody_waits_for_ends():
    gate = Gate()
    tasks = await waiting(3, Believed(gate, 1000).answer)
    for task in tasks:
        await asyncio.sleep(0)
        task.cancel()
    await asyncio.wait(tasks)
    await gate.left.wait()

    assert gate.asked == 1


async def test_a_question_that_is_being_given_up_takes_no_new_callers():
    gate = Gate()
    believed = Believed(gate, 1000)
    (first,) = await waiting(1, believed.answer)
    await asyncio.sleep(0)
    first.cancel()
    (second,) = await waiting(1, believed.answer)
    gate.answered.set()

    assert await second == 2
