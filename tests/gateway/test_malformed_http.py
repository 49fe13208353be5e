"""Bytes that are no HTTP, or whose body is not what it says, get an error of OpenAI's form."""

import asyncio
import json

import httpx
import pytest

HEAD = b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
CHUNKED = HEAD + b"transfer-encoding: chunked\r\n\r\n"
ASK = b'{"model":"its-tiny","messages":[{"role":"user","content":"2?"}]}'


async def said_to(url, sent):
    """What a connection says to these bytes before it closes."""
    url = httpx.URL(url)
    reader, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(sent)
    said = await asyncio.wait_for(reader.read(), 20)
    writer.close()
    return said


@pytest.mark.parametrize(
    "sent",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"G\x00T / HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET /health HTTP/1.1\r\nhost: x\r\nbad header\r\n\r\n",
        HEAD + b"content-length: many\r\n\r\n{}",
        HEAD + b"content-length: 2\r\ncontent-length: 3\r\n\r\n{}",
        CHUNKED + b"zz\r\n{}\r\n0\r\n\r\n",
        CHUNKED + b"2\r\n{}garbage\r\n0\r\n\r\n",
    ],
)
async def test_what_is_no_http_is_refused_in_openai_s_form(gateway, sent):
    head, _, body = (await said_to(await gateway(), sent)).partition(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"content-type: application/json" in head
    error = json.loads(body)["error"]
    assert (error["type"], error["code"]) == ("invalid_request_error", "bad_request")


async def test_the_next_connection_is_served(gateway):
    url = await gateway()
    await said_to(url, b"nonsense\r\n\r\n")
    async with httpx.AsyncClient(base_url=url) as http:
        assert (
            await http.post("/v1/chat/completions", content=ASK, headers={"content-type": "application/json"})
        ).is_success


async def test_garbage_behind_a_request_is_not_mixed_into_its_answer(gateway, script):
    length = f"content-length: {len(ASK)}\r\n\r\n".encode()
    said = await said_to(await gateway(), HEAD + length + ASK + b"garbage\r\n\r\n")

    assert said.count(b"HTTP/1.1") >= 1
    assert said.startswith((b"HTTP/1.1 200", b"HTTP/1.1 400"))
    json.loads(said.rpartition(b"\r\n\r\n")[2])


async def test_a_body_that_never_comes_is_no_surprise(gateway, capsys):
    url = httpx.URL(await gateway())
    _, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(HEAD + b"content-length: 100\r\n\r\n{")
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    async with httpx.AsyncClient(base_url=url) as http:
        assert (await http.get("/health")).is_success

    assert "unexpected error" not in capsys.readouterr().out
