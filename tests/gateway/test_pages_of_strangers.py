"""A gateway without keys answers programs of this machine, and no page of anybody else that is open in a browser."""

import socket

import httpx
import pytest

CHAT = {"model": "its-tiny", "messages": [{"role": "user", "content": "2+2?"}]}
STRANGE = [
    "evil.example.com",
    "127.0.0.1.evil.example.com",
    "localhost.evil.example.com:8108",
    "evil-local.org",
    "[::1",
]


async def ask(url, **headers):
    async with httpx.AsyncClient(base_url=url) as http:
        return await http.post("/v1/chat/completions", json=CHAT, headers=headers)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost:8108",
        "LOCALHOST.",
        "its.localhost",
        "host.docker.internal:8108",
        "[::1]:8108",
        "mac.local",
        "gateway",
    ],
)
async def test_names_that_are_this_machine_s_are_answered(gateway, host):
    assert (await ask(await gateway(), host=host)).status_code == 200


async def test_the_name_of_the_machine_is_answered(gateway):
    assert (await ask(await gateway(), host=socket.gethostname())).status_code == 200


@pytest.mark.parametrize("host", STRANGE)
async def test_a_name_that_a_stranger_may_have_pointed_here_is_refused(gateway, script, host):
    refused = await ask(await gateway(), host=host)

    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "host_not_allowed")
    assert "open: true" in refused.json()["error"]["message"]
    assert script.asked == []


@pytest.mark.parametrize("origin", ["https://evil.example.com", "null", "http://localhost:3000", "http://127.0.0.1"])
async def test_a_page_of_another_origin_makes_neither_searches_nor_profiles(gateway, script, origin):
    url = await gateway()
    async with httpx.AsyncClient(base_url=url, headers={"origin": origin}) as http:
        asked = await http.post("/v1/chat/completions", content=b"{}", headers={"content-type": ""})
        made = await http.post("/configure", json={"model": "its-tiny", "alg": "best-of-n"})

    assert {one.json()["error"]["code"] for one in (asked, made)} == {"origin_not_allowed"}
    assert script.asked + script.configured == []


async def test_our_own_page_is_answered(gateway):
    url = await gateway()

    assert (await ask(url, origin=url)).status_code == 200


async def test_where_everybody_is_let_in_by_design_names_and_pages_are_the_matter_of_what_is_in_front(gateway):
    url = await gateway(open=True)

    assert (await ask(url, host="its.example.com", origin="https://app.example.com")).status_code == 200


async def test_probes_are_answered_by_any_name(gateway):
    async with httpx.AsyncClient(base_url=await gateway(), headers={"host": STRANGE[0]}) as http:
        assert (await http.get("/health")).status_code == 200


async def test_a_key_that_is_named_to_configure_is_not_logged_with_prompts(gateway, capsys):
    url = await gateway(log_prompts=True)
    async with httpx.AsyncClient(base_url=url) as http:
        await http.post("/configure", json={"model": "its-tiny", "alg": "best-of-n", "api_key": "sk-secret"})
        await http.post("/v1/chat/completions", json=CHAT)
    told = capsys.readouterr().out

    assert "2+2?" in told
    assert "sk-secret" not in told
