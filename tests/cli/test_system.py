"""A system starts when all are healthy, stops in order, and leaves nothing behind when one dies."""

import asyncio
import signal
import sys

import psutil
import pytest

from its_cli.child import ChildDied
from its_cli.layout import Layout
from its_cli.part import PARTS, Part
from its_cli.ports import PortsTaken
from its_cli.system import system


class Heard:
    """What was said, and who became healthy."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.ready: list[str] = []

    def line(self, name: str, text: str) -> None:
        self.lines.append(text)

    def healthy(self, part: Part) -> None:
        self.ready.append(part.section)


@pytest.fixture
def heard() -> Heard:
    return Heard()


async def test_all_are_healthy_inside_the_block_and_gone_after_it_those_in_front_first(layout: Layout, heard: Heard):
    async with system(layout, heard.line, heard.healthy) as running:
        assert sorted(heard.ready) == sorted(part.section for part in PARTS)

    assert {child.ending for child in running.children} == {"ended with exit status 0"}
    stops = [line.split()[0] for line in heard.lines if line.endswith("stops")]
    assert stops == ["gateway", "orchestrator", "reward", "generator"]


async def test_one_that_dies_while_starting_stops_the_others(layout: Layout, heard: Heard):
    layout.commands["reward"] = (sys.executable, "-c", "import sys; sys.exit('no model')")
    mine = psutil.Process()

    with pytest.raises(ChildDied, match=r"reward ended with exit status 1; its last lines:\n  no model"):
        async with system(layout, heard.line, heard.healthy):
            pytest.fail("it is not healthy")

    assert mine.children() == []


async def test_one_that_dies_later_ends_the_work(layout: Layout, heard: Heard):
    mine, ended = psutil.Process(), []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    async def run() -> None:
        async with system(layout, heard.line, heard.healthy) as running:
            running.children[0].process.send_signal(signal.SIGKILL)
            await running.unless_one_dies(work())

    with pytest.raises(ChildDied, match="generator was killed by SIGKILL"):
        await run()

    assert ended == [True]
    assert mine.children() == []


async def test_work_ends_as_itself_when_all_are_alive(layout: Layout, heard: Heard):
    async def fail() -> None:
        raise ZeroDivisionError

    async with system(layout, heard.line, heard.healthy) as running:
        assert await running.unless_one_dies(asyncio.sleep(0, "done")) == "done"
        with pytest.raises(ZeroDivisionError):
            await running.unless_one_dies(fail())


async def test_a_taken_port_starts_nothing(layout: Layout, heard: Heard):
    server = await asyncio.start_server(lambda *_: None, *layout.addresses["gateway"])
    async with server:
        with pytest.raises(PortsTaken):
            async with system(layout, heard.line, heard.healthy):
                pytest.fail("a port is taken")

    assert heard.lines == []


async def test_cancelling_while_it_starts_leaves_nothing_behind(layout: Layout):
    layout.commands["gateway"] = (sys.executable, "-c", "import signal; print('mute', flush=True); signal.pause()")
    mine, mute = psutil.Process(), asyncio.Event()

    async def start() -> None:
        async with system(layout, lambda _, line: mute.set() if line == "mute" else None, lambda _: None):
            pytest.fail("the gateway is never healthy")

    starting = asyncio.create_task(start())
    await mute.wait()
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting

    assert mine.children() == []
