"""The gateway's process starts, drains and stops as it was told, and says why when it can't start."""

import asyncio
import json
import os
import re
import signal
import socket
import sys

import httpx
import openai
import pytest
from scripted_orchestrator import answer, committed, gateway_to, scripted, started

from its_runtime.process import CONFIG_ERROR, PORT_TAKEN

ASK = {"model": "its-tiny", "messages": [{"role": "user", "content": "2 + 2?"}]}


@pytest.fixture
async def start():
    """Starts `python -m its_gateway`; what still runs after the test is killed."""
    processes = []

    async def begin(*arguments, **environment):
        command = [sys.executable, "-m", "its_gateway", *arguments]
        environment = os.environ | {"ITS_GATEWAY_PORT": "0"} | environment
        process = await asyncio.create_subprocess_exec(*command, env=environment, stderr=asyncio.subprocess.PIPE)
        processes.append(process)
        return process

    yield begin
    for process in processes:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def url_of(process):
    while line := await process.stderr.readline():
        if found := re.search(rb"(http://127\.0\.0\.1:\d+)", line):
            return found[1].decode()
    raise AssertionError("the gateway ended without saying where it is")


async def test_sigterm_lets_a_running_answer_finish_and_ends_cleanly(start, script):
    go_on = asyncio.Event()

    async def slow():
        yield started()
        await go_on.wait()
        yield answer()

    script.events = slow
    async with scripted(script) as address:
        process = await start(ITS_GATEWAY_ORCHESTRATOR=address)
        url = await url_of(process)
        async with openai.AsyncOpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0) as client:
            stream = await client.chat.completions.create(**ASK, stream=True)
            await anext(stream)
            process.send_signal(signal.SIGTERM)
            await until_stopping(url)
            go_on.set()
            chunks = [chunk async for chunk in stream]

            assert chunks[-1].choices[0].finish_reason == "stop"
        assert await process.wait() == 0


async def test_a_log_line_tells_the_request_and_no_word_of_what_was_said(start, script):
    async with scripted(script) as address:
        process = await start(ITS_GATEWAY_ORCHESTRATOR=address, ITS_GATEWAY_LOG_FORMAT="json")
        async with httpx.AsyncClient(base_url=await url_of(process)) as http:
            body = {**ASK, "user": "ann", "metadata": {"run": "7"}}
            await http.post("/v1/chat/completions", json=body, headers={"x-request-id": "mine-1"})
        process.send_signal(signal.SIGTERM)
        said = (await process.stderr.read()).decode()

    line = next(json.loads(line) for line in said.splitlines() if "mine-1" in line)
    assert (line["status"], line["model"], line["user"], line["metadata"]) == (200, "its-tiny", "ann", {"run": "7"})
    assert "2 + 2?" not in said
    assert "boxed" not in said


async def until_stopping(url):
    async with httpx.AsyncClient(base_url=url) as http:
        while (await http.get("/ready")).json()["status"] != "stopping":
            pass


async def test_a_stopping_gateway_lives_is_not_ready_and_refuses_with_a_time_to_try_again(start, script):
    go_on = asyncio.Event()

    async def slow():
        yield started()
        await go_on.wait()
        yield answer()

    script.events = slow
    async with scripted(script) as address:
        process = await start(ITS_GATEWAY_ORCHESTRATOR=address)
        url = await url_of(process)
        async with httpx.AsyncClient(base_url=url) as http:
            running = asyncio.create_task(http.post("/v1/chat/completions", json=ASK))
            await script.began.wait()
            process.send_signal(signal.SIGTERM)
            await until_stopping(url)
            refused = await http.post("/v1/chat/completions", json=ASK)
            alive = await http.get("/health")
            go_on.set()
            finished = await running

    assert (alive.status_code, finished.status_code) == (200, 200)
    assert (refused.status_code, refused.headers["retry-after"], refused.headers["connection"]) == (503, "1", "close")
    assert "stopping" in refused.json()["error"]["message"]
    assert await process.wait() == 0


async def test_a_signal_without_anything_to_do_ends_it(start):
    process = await start()
    await url_of(process)
    process.send_signal(signal.SIGINT)

    assert await process.wait() == 0
    assert b"Traceback" not in await process.stderr.read()


async def test_a_taken_port_has_a_status_and_a_sentence_of_its_own(start):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = await start(ITS_GATEWAY_PORT=str(port))
        _, said = await process.communicate()

    assert process.returncode == PORT_TAKEN
    assert f"127.0.0.1:{port}".encode() in said
    assert b"Traceback" not in said


async def test_a_wrong_setting_is_refused_with_its_line(start, tmp_path):
    file = tmp_path / "its.yaml"
    file.write_text("gateway:\n  prot: 1\n")
    process = await start("--config", str(file))
    _, said = await process.communicate()

    assert process.returncode == CONFIG_ERROR
    assert b":2: gateway.prot: unknown key" in said


async def test_what_outlives_the_grace_ends_with_an_error_that_says_so(script):
    async def endless():
        yield committed("The")
        await asyncio.Event().wait()

    script.events = endless
    async with scripted(script) as address:
        async with gateway_to(address, grace_seconds=0) as url:
            client = openai.AsyncOpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0)
            stream = await client.chat.completions.create(**ASK, stream=True)
            assert (await anext(stream)).choices[0].delta.role == "assistant"
            script.began.clear()
            whole = asyncio.create_task(client.chat.completions.create(**ASK))
            await script.began.wait()

        with pytest.raises(openai.APIError, match="stopping"):
            [chunk async for chunk in stream]
        with pytest.raises(openai.InternalServerError, match="stopping") as error:
            await whole
        await client.close()
        await script.ended.wait()

    assert error.value.status_code == 503
