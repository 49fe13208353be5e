"""Benches with functions and groups of functions."""

import sys
from pathlib import Path

import pytest

from its_orchestrator.testing import Bench

PROGRAM = Path(__file__).with_name("mcp_tools.py")


@pytest.fixture
def bench():
    def make(**sections) -> Bench:
        return Bench(sections)

    return make


@pytest.fixture
def stdio():
    """An entry of function_groups: a real MCP server, started as a program."""

    def make(server=None, **fields) -> dict:
        program = {"transport": "stdio", "command": sys.executable, "args": [str(PROGRAM)], **(server or {})}
        return {"_type": "mcp_client", "server": program, **fields}

    return make
