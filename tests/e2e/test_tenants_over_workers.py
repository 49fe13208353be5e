"""Two workers of a gateway, processes of their own, are one to tenants: limits, keys, profiles and runs."""

import asyncio
import math
import os
import re
import sys
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
import pytest_asyncio

from its_gateway import keys
from its_gateway.keys import Key, digest
from its_orchestrator.testing import Fault, World, served

pytestmark = pytest.mark.asyncio(loop_scope="module")
SECONDS = 60
"""How long anything may take on a busy machine."""


class System:
    """A world behind an orchestrator and a gateway with two workers, and a connection to each of these."""

    def __init__(self, folder: Path) -> None:
        self.faults = {-1: Fault.HANGS}
        self.world = World(["\\boxed{4}", "a longer one: \\boxed{4}"], in_order=True, faults=self.faults)
        self.file = folder / "its.keys.json"
        self.workers: list[httpx.AsyncClient] = []
        self._tokens: dict[str, str] = {}

    def key(self, name: str, **fields: Any) -> None:
        """Add a key, or change what it may do."""
        token = self._tokens.setdefault(name, keys.new_token())
        known = keys.read(self.file).get(name) if self.file.exists() else None
        made = known.model_copy(update=fields) if known else Key(sha256=digest(token), **fields)
        keys.change(self.file, lambda everyone: everyone.update({name: made}))

    def revoke(self, name: str) -> None:
        keys.change(self.file, lambda everyone: everyone.pop(name))

    async def get(self, worker: int, name: str, path: str) -> httpx.Response:
        return await self.workers[worker].get(path, headers=self._by(name))

    async def post(self, worker: int, name: str, path: str, body: dict[str, Any]) -> httpx.Response:
        return await self.workers[worker].post(path, json=body, headers=self._by(name))

    async def ask(self, worker: int, name: str, **fields: Any) -> httpx.Response:
        body = {"model": "toy", "messages": [{"role": "user", "content": "2+2?"}], "budget": 1, **fields}
        return await self.post(worker, name, "/v1/chat/completions", body)

    async def stuck(self, worker: int, name: str) -> "asyncio.Task[httpx.Response]":
        """Ask something that the generator does not finish; return when it has begun."""
        number = len(self.world.generator.generations)
        self.faults[number] = Fault.HANGS
        asking = asyncio.create_task(self.ask(worker, name, budget=4))
        while len(self.world.generator.generations) == number:  # noqa: ASYNC110  (it is set by no event)
            await asyncio.sleep(0.005)
        return asking

    def _by(self, name: str) -> dict[str, str]:
        return {"authorization": f"Bearer {self._tokens[name]}"}


@asynccontextmanager
async def process(section: str, **settings: str) -> AsyncGenerator[tuple[asyncio.subprocess.Process, str]]:
    """Run a service of ours; yield its process, and where it serves once it does; both workers, where there are two."""
    names = {f"ITS_{section}_{name}".upper(): value for name, value in settings.items()}
    command = [sys.executable, "-m", f"its_{section}"]
    running = await asyncio.create_subprocess_exec(*command, env=os.environ | names, stderr=asyncio.subprocess.PIPE)
    assert running.stderr
    try:
        for _ in range(int(settings.get("workers", "1"))):
            address = await _address(running.stderr)
        reading = asyncio.create_task(running.stderr.read())
        yield running, address
        reading.cancel()
    finally:
        running.terminate()
        await running.wait()


async def _address(lines: asyncio.StreamReader) -> str:
    while line := await lines.readline():
        if found := re.search(rb"address=(?:http://)?(127\.0\.0\.1:\d+)", line):
            return found[1].decode()
    raise AssertionError("it ended without saying where it is")


@asynccontextmanager
async def connected(url: str, other: psutil.Process) -> AsyncGenerator[httpx.AsyncClient]:
    """Yield a client whose connection is to one worker, and stays so: the `other` stands still while it is made."""
    async with httpx.AsyncClient(base_url=url, timeout=SECONDS, trust_env=False) as client:
        other.suspend()
        assert (await client.get("/health")).status_code == 200
        other.resume()
        yield client


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def its(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[System]:
    system = System(tmp_path_factory.mktemp("tenants"))
    system.key("root", admin=True)
    async with AsyncExitStack() as stack:
        at = await stack.enter_async_context(served(system.world))
        _, address = await stack.enter_async_context(
            process("orchestrator", port="0", generator=at.generator, reward=at.reward)
        )
        gateway, front = await stack.enter_async_context(
            process("gateway", port="0", workers="2", orchestrator=address, keys=str(system.file))
        )
        workers = psutil.Process(gateway.pid).children()
        assert len(workers) == 2
        for worker in workers:
            system.workers.append(await stack.enter_async_context(connected(f"http://{front}", worker)))
        yield system


async def test_requests_a_minute_are_counted_over_both(its: System):
    its.key("ann", requests_per_minute=6)
    answers = await asyncio.gather(*(its.ask(number % 2, "ann") for number in range(12)))
    statuses = sorted(one.status_code for one in answers)
    refused = next(one for one in answers if one.status_code == 429)

    assert statuses == [200] * 6 + [429] * 6
    assert {one.headers["x-ratelimit-limit-requests"] for one in answers} == {"6"}
    assert {one.headers["x-ratelimit-remaining-requests"] for one in answers} == set("012345")
    assert 1 <= int(refused.headers["retry-after"]) <= 10


async def test_searches_at_once_are_counted_over_both_and_a_client_that_leaves_makes_room(its: System):
    its.key("ben", concurrent=1)
    running = await its.stuck(0, "ben")
    refused = [(await its.ask(worker, "ben")).status_code for worker in (0, 1)]
    running.cancel()
    while (answer := await its.ask(1, "ben")).status_code == 429:
        pass

    assert refused == [429, 429]
    assert answer.status_code == 200


async def test_a_client_that_leaves_one_has_paid_at_the_other_what_the_engine_reports(its: System):
    its.key("cat", tokens_per_minute=1, concurrent=1)  # a token comes again in a minute: all that is used is seen
    before = len(its.world.generator.reported)
    (await its.stuck(0, "cat")).cancel()
    while "tokens" not in (answer := await its.ask(1, "cat")).json()["error"]["message"]:
        pass
    used = sum(one.prompt_tokens + one.completion_tokens for one in its.world.generator.reported[before:])
    seconds = float(answer.headers["x-ratelimit-reset-tokens"].removesuffix("s"))

    assert answer.status_code == 429
    assert math.ceil(seconds / 60) == used > 1


async def test_limits_that_change_in_the_file_hold_at_both_from_the_next_request(its: System):
    its.key("dan", requests_per_minute=1)
    before = [(await its.ask(worker, "dan")).status_code for worker in (0, 1)]
    its.key("dan", requests_per_minute=3)
    after = [(await its.ask(worker, "dan")).status_code for worker in (1, 0, 1)]

    assert (before, after) == ([200, 429], [200, 200, 429])


async def test_a_key_that_is_revoked_is_refused_by_both_at_once(its: System):
    its.key("eve")
    before = [(await its.ask(worker, "eve")).status_code for worker in (0, 1)]
    its.revoke("eve")
    after = [(await its.ask(worker, "eve")).status_code for worker in (0, 1)]

    assert (before, after) == ([200, 200], [401, 401])


async def test_a_profile_made_through_one_is_listed_and_used_through_the_other_at_once(its: System):
    its.key("fay")
    made = {"model": "toy", "alg": "self-consistency", "profile": "quick", "budget": 3}
    refused = [(await its.post(worker, "fay", "/configure", made)).status_code for worker in (0, 1)]
    unknown = await its.get(1, "fay", "/v1/models/quick")
    answered = await its.post(0, "root", "/configure", made)
    listed = await its.get(1, "fay", "/v1/models/quick")
    used = await its.ask(1, "fay", model="quick", budget=None)

    assert (refused, unknown.status_code) == ([403, 403], 404)
    assert (answered.status_code, listed.status_code, used.status_code) == (200, 200, 200)
    assert used.json()["its"]["budget"] == {"samples": 3}


async def test_a_run_through_one_is_its_tenants_at_the_other_and_nobody_elses(its: System):
    its.key("gil")
    its.key("hal")
    trace = (await its.ask(0, "gil")).json()["its"]["trace_id"]
    own = await its.get(1, "gil", f"/v1/traces/{trace}")
    others = [await its.get(worker, "hal", f"/v1/traces/{trace}{end}") for worker in (0, 1) for end in ("", "/events")]
    lists = [(await its.get(1, name, "/v1/traces")).json()["data"] for name in ("gil", "hal")]

    assert own.status_code == 200
    assert {one.status_code for one in others} == {404}
    assert ([one["trace_id"] for one in lists[0]], lists[1]) == ([trace], [])
