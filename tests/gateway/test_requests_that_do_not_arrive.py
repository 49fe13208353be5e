"""A connection that sends too much, or too slowly, is told so and closed; whoever comes next is served."""

import asyncio
import json

import httpx
import pytest
from scripted_orchestrator import answer

from its_gateway.arrival import ONE_READ

ASK = b'{"model":"its-tiny","messages":[{"role":"user","content":"2?"}]}'
POST = b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
WHOLE = POST + b"content-length: %d\r\n\r\n" % len(ASK) + ASK
ENDLESS = b"a" * (1 << 16)
LONGEST = 1024 + ONE_READ
"""Bytes of a head that may have come at once, where 1024 are read."""
MOST_PIECES = 10_000
"""Of an endless text: more than anything that is buffered on its way."""


async def connected(url):
    """A connection to the gateway."""
    url = httpx.URL(url)
    return await asyncio.open_connection(url.host, url.port)


async def flooded(url, beginning, piece=ENDLESS):
    """What is said to whoever begins so and goes on for ever, and whether all of it was taken."""
    reader, writer = await connected(url)
    writer.write(beginning)
    try:
        for _ in range(MOST_PIECES):
            writer.write(piece)
            await writer.drain()
        pytest.fail("all of it was read")
    except ConnectionError:
        return await reader.read() if not reader.exception() else b""
    finally:
        writer.close()


@pytest.mark.parametrize(
    ("beginning", "piece"),
    [
        (b"GET /", ENDLESS),
        (b"GET /health HTTP/1.1\r\nx-long: ", ENDLESS),
        (b"GET /health HTTP/1.1\r\n", b"x-one: of many\r\n" * 4096),
        (POST + b"transfer-encoding: chunked\r\n\r\n0\r\n", b"x-trailer: of many\r\n" * 4096),
        (POST + b"transfer-encoding: chunked\r\n\r\n1;long=", ENDLESS),
        (POST + b"content-length: 1000000000000\r\n\r\n", ENDLESS),
        (WHOLE, b"\r\n" * (1 << 15)),
    ],
)
async def test_what_has_no_end_is_not_read_to_its_end(gateway, beginning, piece):
    url = await gateway(max_body_bytes=1 << 20)
    await flooded(url, beginning, piece)
    async with httpx.AsyncClient(base_url=url) as http:
        assert (await http.get("/health")).is_success


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"", 408),
        (b"GET /hea", 408),
        (b"GET /health HTTP/1.1\r\nhost: x\r\n", 408),
        (POST + b"content-length: 100\r\n\r\n{", 408),
        (POST + b"transfer-encoding: chunked\r\n\r\n1\r\n{\r\n", 408),
        ((b"GET /health HTTP/1.1\r\nx-long: ").ljust(LONGEST + 1, b"a"), 431),
    ],
)
async def test_who_does_not_send_a_whole_request_in_time_is_told_so(gateway, sent, status):
    reader, writer = await connected(
        await gateway(receive_seconds=0.1 if status == 408 else 600, max_header_bytes=1024)
    )
    writer.write(sent)
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()

    assert head.startswith(b"HTTP/1.1 %d " % status)
    assert json.loads(body)["error"]["type"] == "invalid_request_error"


async def test_an_answer_may_take_longer_than_its_question(gateway, script):
    told = asyncio.Event()

    async def slow():
        await told.wait()
        yield answer()

    script.events = slow
    url = await gateway(receive_seconds=0.05)
    first, second = [await connected(url) for _ in range(2)]
    first[1].write(WHOLE)
    await script.began.wait()
    await second[0].read()  # who sends nothing is given up; whoever waits for an answer is not
    told.set()

    assert (await first[0].readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 ")
    first[1].close()
    second[1].close()


async def test_what_is_sent_behind_a_request_may_wait_for_its_answer(gateway, script):
    told = asyncio.Event()

    async def slow():
        await told.wait()
        yield answer()

    script.events = slow
    url = await gateway(receive_seconds=0.05)
    (reader, writer), (silent, other) = [await connected(url) for _ in range(2)]
    writer.write(WHOLE + WHOLE)
    await script.began.wait()
    await silent.read()
    told.set()
    for _ in range(2):
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length: "))
        await reader.readexactly(int(length.split()[1]))

        assert head.startswith(b"HTTP/1.1 200 ")
    writer.close()
    other.close()


async def test_a_connection_without_another_request_is_closed_in_silence(gateway):
    reader, writer = await connected(await gateway(idle_seconds=0.01))
    writer.write(b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n")
    said = await reader.read()
    writer.close()

    assert said.startswith(b"HTTP/1.1 200 ")
    assert said.count(b"HTTP/1.1") == 1


async def test_who_asks_for_nothing_makes_room_for_who_asks(gateway):
    url = await gateway(max_connections=4)
    silent = [await connected(url) for _ in range(4)]
    async with httpx.AsyncClient(base_url=url) as http:
        answered = await http.get("/v1/models")
        still = await http.get("/v1/models")

    assert answered.is_success
    assert still.is_success
    assert await silent[0][0].read() == b""
    for _, writer in silent:
        writer.close()


async def test_whoever_watches_is_told_that_a_full_gateway_lives(gateway, script):
    script.events = endless
    url = await gateway(max_connections=1)
    _, asking = await connected(url)
    asking.write(WHOLE)
    await script.began.wait()
    async with httpx.AsyncClient(base_url=url) as http:
        lives, lists = await http.get("/health"), await http.get("/v1/models")
    asking.close()

    assert (lives.status_code, lists.status_code) == (200, 503)


async def endless():
    await asyncio.Event().wait()
    yield answer()
