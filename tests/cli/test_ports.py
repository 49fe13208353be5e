"""A port that is taken is told before anything starts."""

import socket
from collections.abc import Generator

import pytest

from its_cli.configuration import Configuration
from its_cli.layout import Layout, free, moved
from its_cli.ports import PortsTaken, require_free


@pytest.fixture
def layout() -> Layout:
    return moved(Configuration(), None, free())


@pytest.fixture
def intruder(layout: Layout) -> Generator[int, None, None]:
    with socket.socket() as one:
        one.bind(tuple(layout.addresses["reward"]))
        one.listen()
        yield layout.addresses["reward"].port


def test_free_ports_pass(layout: Layout):
    require_free(layout)


def test_a_taken_port_is_named_with_whom_it_was_for_and_what_to_do(layout: Layout, intruder: int):
    with pytest.raises(PortsTaken, match=rf"{intruder} \(reward\).*--port-base"):
        require_free(layout)


def test_only_the_taken_one_is_named(layout: Layout, intruder: int):
    with pytest.raises(PortsTaken) as taken:
        require_free(layout)

    assert "gateway" not in str(taken.value)
