"""A whole answer comes before its client stops waiting, as far as it tells; a stream is read as it comes."""

import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st

from its_gateway.patience import waited

ASK = {"model": "its-tiny", "messages": [{"role": "user", "content": "2 + 2?"}]}


async def test_a_run_has_no_more_time_than_the_sdk_waits(client, script):
    await client.chat.completions.create(**ASK, timeout=7)

    assert script.asked[-1][1] < 8


@pytest.mark.parametrize("path", ["responses", "completions"])
async def test_so_it_is_in_every_protocol(client, script, path):
    asked = {"responses": {"input": "2 + 2?"}, "completions": {"prompt": "2 + 2?"}}[path]
    await getattr(client, path).create(model="its-tiny", **asked, timeout=7)

    assert script.asked[-1][1] < 8


async def test_a_stream_has_all_the_time_that_there_is(client, script):
    stream = await client.chat.completions.create(**ASK, stream=True, timeout=7)
    _ = [chunk async for chunk in stream]

    assert script.asked[-1][1] > 8


async def test_a_gateway_waits_no_longer_for_a_patient_client(gateway, script):
    async with openai.AsyncOpenAI(base_url=f"{await gateway(request_seconds=5)}/v1", api_key="none") as client:
        await client.chat.completions.create(**ASK, timeout=900)

    assert script.asked[-1][1] < 6


@pytest.mark.parametrize("told", ["", "0", "-1", "nan", "inf", "soon"])
def test_what_is_no_time_says_nothing(told):
    assert waited({"X-Stainless-Timeout": told}, 600) == 600


@given(st.floats(0.001, 1e6), st.floats(0.001, 1e6))
def test_the_shortest_time_counts_and_some_is_left_for_the_way_back(read, whole):
    found = waited({"X-Stainless-Read-Timeout": str(read), "X-Stainless-Timeout": str(whole)}, 600)

    assert found == 600 or min(read, whole) - 0.25 <= found < min(read, whole)
    assert found >= min(read, whole, 600) * 0.9


async def test_the_document_tells_how_long_an_answer_may_take(http):
    document = (await http.get("/openapi.json")).json()
    told = {one["name"]: one["description"] for one in document["paths"]["/v1/responses"]["post"]["parameters"]}

    assert "stopped_by" in told["X-Stainless-Read-Timeout"]
    assert "stopped_by" in told["X-Stainless-Timeout"]
