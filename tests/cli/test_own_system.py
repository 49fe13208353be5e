"""A system of one's own is silent, until the command fails: then its last lines explain why."""

import io

import pytest
from rich.console import Console

from its_cli.exits import REFUSED, Failed
from its_cli.layout import Layout
from its_cli.own import own_system


@pytest.fixture
def heard() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def console(heard: io.StringIO) -> Console:
    return Console(file=heard, width=100)


async def test_what_succeeds_is_silent(layout: Layout, console: Console, heard: io.StringIO):
    async with own_system(layout, console):
        pass

    assert heard.getvalue() == ""


async def test_what_fails_shows_what_each_process_said_last(layout: Layout, console: Console, heard: io.StringIO):
    async def fail() -> None:
        async with own_system(layout, console):
            raise Failed("no answer")

    with pytest.raises(Failed, match="no answer"):
        await fail()

    assert "generator    │ generator starts" in heard.getvalue()
    assert "gateway      │ gateway starts" in heard.getvalue()


async def test_what_is_refused_explains_itself(layout: Layout, console: Console, heard: io.StringIO):
    async def refuse() -> None:
        async with own_system(layout, console):
            raise Failed("no such algorithm", REFUSED)

    with pytest.raises(Failed, match="no such algorithm"):
        await refuse()

    assert heard.getvalue() == ""
