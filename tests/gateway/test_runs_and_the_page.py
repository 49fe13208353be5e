"""Runs over HTTP are their key's alone, and the page loads nothing from elsewhere and shows nothing without a key."""

import json

import httpx
import pytest
from scripted_orchestrator import answer, committed, started

from its_gateway.keys import Key, change, digest


async def told():
    yield started()
    yield committed("The answer ")
    yield answer()


@pytest.fixture
def keys(tmp_path):
    """A file of two keys, `ours` and `theirs`."""
    path = tmp_path / "keys.json"
    made = {name: Key(id=f"tenant-{name}", sha256=digest(name)) for name in ("ours", "theirs")}
    change(path, lambda known: known.update(made))
    return path


async def test_a_list_holds_the_runs_of_the_key_that_asks(gateway, keys, script):
    async with httpx.AsyncClient(base_url=await gateway(keys=keys)) as http:
        found = [
            (await http.get("/v1/traces", headers={"authorization": f"Bearer {name}"})).json()
            for name in ("ours", "theirs")
        ]
        nobody = await http.get("/v1/traces")

    assert [one["data"][0]["request_id"] for one in found] == ["tenant-ours", "tenant-theirs"]
    assert [one.tenant for one in script.listed] == ["tenant-ours", "tenant-theirs"]
    assert nobody.status_code == 401


async def test_a_list_is_asked_for_in_pages(http, script):
    page = (await http.get("/v1/traces", params={"limit": 5, "after": "9-trace-9"})).json()

    assert (script.listed[0].page_size, script.listed[0].page_token) == (5, "9-trace-9")
    assert page["next"] == "7-trace-1"


@pytest.mark.parametrize(
    ("query", "param"), [("limit=0", "limit"), ("limit=1001", "limit"), ("limit=x", "limit"), ("page=2", "page")]
)
async def test_a_query_that_can_not_be_met_is_refused_by_name(http, query, param):
    refused = await http.get(f"/v1/traces?{query}")

    assert refused.status_code == 400
    assert refused.json()["error"]["param"] == param


async def test_a_run_comes_with_its_events_and_a_stream_of_them_is_the_same(http, script):
    script.events = told
    whole = (await http.get("/v1/traces/trace-1")).json()
    stream = await http.get("/v1/traces/trace-1/events")

    lines = [line.removeprefix("data: ") for line in stream.text.splitlines() if line]
    assert stream.headers["content-type"].startswith("text/event-stream")
    assert [json.loads(line) for line in lines[:-1]] == whole["events"]
    assert lines[-1] == "[DONE]"
    assert whole["info"]["state"] == "TRACE_STATE_ANSWERED"
    assert whole["events"][0]["started"]["algorithm"] == "best-of-n"


@pytest.mark.parametrize("path", ["/v1/traces/nope", "/v1/traces/nope/events"])
async def test_a_run_that_is_not_kept_is_not_found(http, path):
    missing = await http.get(path)

    assert missing.status_code == 404
    assert missing.json()["error"]["code"] == "trace_not_found"


async def test_a_stream_that_tells_of_progress_names_the_run_when_it_begins(http, script):
    script.events = told
    asked = {"model": "its-tiny", "messages": [{"role": "user", "content": "?"}], "stream": True}
    stream = await http.post("/v1/chat/completions", json={**asked, "its": {"progress": True}})

    chunks = [json.loads(line[6:]) for line in stream.text.splitlines() if line.startswith("data: {")]
    assert [one["its"]["trace_id"] for one in chunks if "its" in one] == ["trace-1", "trace-1"]
    assert chunks[1]["choices"][0]["delta"]["reasoning_content"]


async def test_the_page_needs_no_key_and_lets_the_browser_load_nothing_from_elsewhere(gateway, keys):
    async with httpx.AsyncClient(base_url=await gateway(keys=keys)) as http:
        page = await http.get("/ui")
        style = await http.get("/ui/style.css")
        again = await http.get("/ui/style.css", headers={"if-none-match": style.headers["etag"]})

    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "unsafe" not in page.headers["content-security-policy"]
    assert "http://" not in page.text
    assert "https://" not in page.text
    assert style.headers["content-type"] == "text/css; charset=utf-8"
    assert again.status_code == 304
    assert not again.content


@pytest.mark.parametrize("name", ["nope.js", "../app.py", "%2e%2e%2fapp.py", "__init__.py"])
async def test_nothing_but_files_of_the_page_is_sent(http, name):
    assert (await http.get(f"/ui/{name}")).status_code == 404


async def test_the_page_is_found_with_a_slash_behind_it_too(http):
    led = await http.get("/ui/", follow_redirects=True)

    assert led.url.path == "/ui"
    assert led.headers["content-type"] == "text/html; charset=utf-8"
