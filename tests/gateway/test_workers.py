"""Several workers answer at one port, are replaced when they are killed, and stop together."""

import asyncio
import os
import re
import signal
import sys
from contextlib import suppress

import httpx
import psutil
import pytest
from scripted_orchestrator import answer, scripted, started

from its_runtime.process import CANT_START

ASK = {"model": "its-tiny", "messages": [{"role": "user", "content": "2 + 2?"}]}
COUNTED = 'its_http_requests_total{route="POST /v1/chat/completions",status="200"} 8.0'


class Workers:
    """A gateway with two workers."""

    def __init__(self, process):
        self.process = process
        self.url = ""

    @property
    def running(self):
        """The workers by process id."""
        return {child.pid: child for child in psutil.Process(self.process.pid).children()}

    async def serving(self):
        """Wait until one more worker serves."""
        while line := await self.process.stderr.readline():
            if found := re.search(rb"(http://127\.0\.0\.1:\d+)/v1", line):
                self.url = found[1].decode()
                return
        raise AssertionError("the gateway ended without saying where it is")


@pytest.fixture
async def workers(script):
    async with scripted(script) as address:
        environment = os.environ | {
            "ITS_GATEWAY_PORT": "0",
            "ITS_GATEWAY_WORKERS": "2",
            "ITS_GATEWAY_ORCHESTRATOR": address,
        }
        command = [sys.executable, "-m", "its_gateway"]
        process = await asyncio.create_subprocess_exec(*command, env=environment, stderr=asyncio.subprocess.PIPE)
        both = Workers(process)
        await both.serving()
        await both.serving()
        yield both
        with suppress(ProcessLookupError):
            process.kill()
        await process.communicate()


async def ask(http):
    """Ask over a connection of its own."""
    return await http.post("/v1/chat/completions", json=ASK, headers={"connection": "close"})


async def test_what_both_count_is_added_up_and_they_stop_together_when_running_answers_are_finished(workers, script):
    go_on = asyncio.Event()

    async def slow():
        yield started()
        await go_on.wait()
        yield answer()

    before = workers.running
    async with httpx.AsyncClient(base_url=workers.url) as http:
        answers = [await ask(http) for _ in range(8)]
        while COUNTED not in (await http.get("/metrics", headers={"connection": "close"})).text:
            pass  # a request is counted when it has ended, which its client may hear of before
        script.events = slow
        script.began.clear()
        running = asyncio.create_task(ask(http))
        await script.began.wait()
        workers.process.send_signal(signal.SIGTERM)
        while b"stopping" not in await workers.process.stderr.readline():
            pass
        go_on.set()
        answers.append(await running)

    assert {one.status_code for one in answers} == {200}
    assert await workers.process.wait() == 0
    assert len(before) == 2
    assert not any(worker.is_running() for worker in before.values())


async def test_a_worker_that_is_killed_is_replaced_and_all_end_when_who_started_them_is(workers):
    victim, other = workers.running.values()
    victim.kill()
    async with httpx.AsyncClient(base_url=workers.url) as http:
        assert (await ask(http)).status_code == 200
        await workers.serving()
        assert (await ask(http)).status_code == 200
    after = workers.running
    workers.process.kill()
    _, alive = await asyncio.to_thread(psutil.wait_procs, after.values(), 30)

    assert victim.pid not in after
    assert other.pid in after
    assert len(after) == 2
    assert alive == []


async def test_a_worker_that_can_not_start_ends_all_and_has_said_why(tmp_path):
    environment = os.environ | {
        "ITS_GATEWAY_PORT": "0",
        "ITS_GATEWAY_WORKERS": "2",
        "ITS_GATEWAY_KEYS": str(tmp_path / "none"),
    }
    command = [sys.executable, "-m", "its_gateway"]
    process = await asyncio.create_subprocess_exec(*command, env=environment, stderr=asyncio.subprocess.PIPE)
    _, said = await process.communicate()

    assert process.returncode == CANT_START
    assert b"gateway.keys" in said
    assert b"Traceback" not in said
