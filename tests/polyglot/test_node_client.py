"""A client in Node lists algorithms and solves, from the .proto files alone."""

import asyncio
import json
import shutil
from pathlib import Path

import pytest

HERE = Path(__file__).parent
pytestmark = pytest.mark.skipif(not shutil.which("node") or not shutil.which("npm"), reason="node and npm are needed")


async def ask(address: str, algorithm: str, budget: int = 4) -> dict:
    command = ["node", str(HERE / "client.js"), address, "What is 6 times 7?", algorithm, str(budget)]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    told, _ = await asyncio.wait_for(process.communicate(), 60)
    return json.loads(told)


async def test_it_lists_the_algorithms_and_solves(packages, address):
    told = await ask(address, "best-of-n")

    assert told["algorithms"] == ["best-of-n", "self-consistency"]
    assert told["events"] == ["started", "committed", "answer"]
    assert told["text"] == r"数 \boxed{42}"
    assert told["stopped_by"] == "STOPPED_BY_COMPLETED"


async def test_it_is_told_what_there_is_when_it_asks_for_what_there_is_not(packages, address):
    told = await ask(address, "guessing")

    assert told == {
        "code": 5,
        "details": "no algorithm is called 'guessing'; there are ['best-of-n', 'self-consistency']",
    }


async def test_it_is_told_which_field_is_wrong(packages, address):
    told = await ask(address, "best-of-n", budget=1001)

    assert told["code"] == 3
    assert "budget.samples" in told["details"]
