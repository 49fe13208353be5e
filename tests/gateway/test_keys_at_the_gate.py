"""Keys: who is let in, as whom, and to what."""

import json
import stat

import httpx
import openai
import pytest

from its_gateway import keys
from its_gateway.keys import Key, digest
from its_gateway.settings import Settings
from its_runtime.config import ConfigError

CHAT = {"model": "its-tiny", "messages": [{"role": "user", "content": "2+2?"}]}


@pytest.fixture
def ring(tmp_path):
    """A file of keys: `ring.add(name, **limits)` returns a new key."""
    return Ring(tmp_path / "keys.json")


class Ring:
    def __init__(self, path):
        self.path = path

    def add(self, name, **fields):
        token = keys.new_token()
        keys.change(self.path, lambda known: known.update({name: Key(sha256=digest(token), **fields)}))
        return token

    def revoke(self, name):
        keys.change(self.path, lambda known: known.pop(name))


def bearer(token):
    return {"authorization": f"Bearer {token}"}


async def ask(url, token, **fields):
    async with httpx.AsyncClient(base_url=url) as http:
        return await http.post("/v1/chat/completions", json={**CHAT, **fields}, headers=bearer(token))


async def test_without_a_key_nothing_is_answered_but_probes_and_documentation(gateway, ring, script):
    ring.add("alice")
    url = await gateway(keys=ring.path)
    async with httpx.AsyncClient(base_url=url) as http:
        refused = await http.post("/v1/chat/completions", json=CHAT)

        assert refused.status_code == 401
        assert refused.headers["www-authenticate"].startswith("Bearer")
        assert refused.headers["x-request-id"]
        assert refused.json()["error"]["code"] == "invalid_api_key"
        assert (await http.get("/v1/models")).status_code == 401
        assert [(await http.get(path)).status_code for path in ("/health", "/docs", "/openapi.json")] == [200] * 3
    assert script.asked == []


@pytest.mark.parametrize("header", ["Bearer wrong", "Bearer", "Basic YWxpY2U6", "its-key"])
async def test_a_header_that_holds_no_known_key_is_refused(gateway, ring, header):
    ring.add("alice")
    async with httpx.AsyncClient(base_url=await gateway(keys=ring.path)) as http:
        refused = await http.get("/v1/models", headers={"authorization": header})

    assert refused.status_code == 401


async def test_the_official_client_is_let_in_and_its_tenant_travels_down(gateway, ring, script):
    token = ring.add("alice", priority=3)
    url = await gateway(keys=ring.path)
    async with openai.AsyncOpenAI(base_url=f"{url}/v1", api_key=token, max_retries=0) as client:
        await client.chat.completions.create(**CHAT)

    assert script.request.tenant == keys.read(ring.path)["alice"].id
    assert script.request.priority == 3
    assert token not in str(script.request)


async def test_the_log_tells_whose_key_it_was_and_no_key(gateway, ring, capsys):
    token = ring.add("alice")
    url = await gateway(keys=ring.path)
    await ask(url, token)
    await ask(url, f"{token}x")
    told = capsys.readouterr().out

    assert "key=alice" in told
    assert "status=401" in told
    assert token not in told


async def test_the_official_client_knows_a_wrong_key_by_its_error(gateway, ring):
    ring.add("alice")
    url = await gateway(keys=ring.path)
    async with openai.AsyncOpenAI(base_url=f"{url}/v1", api_key="its-wrong", max_retries=0) as client:
        with pytest.raises(openai.AuthenticationError, match="not known here"):
            await client.chat.completions.create(**CHAT)


async def test_keys_come_and_go_without_a_restart(gateway, ring):
    alice = ring.add("alice")
    url = await gateway(keys=ring.path)
    bob = ring.add("bob")
    assert (await ask(url, bob)).status_code == 200

    ring.revoke("alice")

    assert (await ask(url, alice)).status_code == 401
    assert (await ask(url, bob)).status_code == 200


@pytest.mark.parametrize("spoil", [lambda path: path.write_text("{"), lambda path: path.unlink()])
async def test_a_file_that_breaks_later_neither_opens_the_gateway_nor_locks_everybody_out(gateway, ring, spoil):
    alice = ring.add("alice")
    url = await gateway(keys=ring.path)

    spoil(ring.path)

    assert (await ask(url, alice)).status_code == 200
    assert (await ask(url, "its-wrong")).status_code == 401


async def test_a_file_that_is_missing_from_the_beginning_is_told_with_what_makes_it(gateway, tmp_path):
    with pytest.raises(ConfigError, match=r"gateway.keys: .*nothing.json does not exist; `its keys add NAME"):
        await gateway(keys=tmp_path / "nothing.json")


async def test_what_is_for_administrators_needs_an_administrators_key(gateway, ring):
    alice, root = ring.add("alice"), ring.add("root", admin=True)
    async with httpx.AsyncClient(base_url=await gateway(keys=ring.path)) as http:
        refused = await http.post("/configure", json={}, headers=bearer(alice))
        passed = await http.post("/configure", json={}, headers=bearer(root))

    assert refused.status_code == 403
    assert refused.json()["error"]["code"] == "admin_key_required"
    assert passed.status_code != 403


async def test_a_key_sees_and_uses_its_own_models_only(gateway, ring, script):
    token = ring.add("alice", models=("lab/careful", "its-tiny:beam-search"))
    url = await gateway(keys=ring.path)
    async with httpx.AsyncClient(base_url=url, headers=bearer(token)) as http:
        listed = [model["id"] for model in (await http.get("/v1/models")).json()["data"]]
        hidden = await http.get("/v1/models/its-tiny")
    refused = await ask(url, token)

    assert listed == ["its-tiny:beam-search", "lab/careful", "lab/careful:beam-search", "lab/careful:best-of-n"]
    assert (hidden.status_code, refused.status_code) == (404, 404)
    assert refused.json()["error"]["code"] == "model_not_found"
    assert script.asked == []
    assert (await ask(url, token, model="its-tiny:beam-search")).status_code == 200
    assert (await ask(url, token, model="its-tiny", algorithm="beam-search")).status_code == 200
    assert (await ask(url, token, model="its-tiny:best-of-n")).status_code == 404
    assert (await ask(url, token, model="lab/careful:best-of-n")).status_code == 200


def test_the_file_holds_no_key_and_only_its_owner_reads_it(ring):
    token = ring.add("alice", models=("its-tiny",))

    assert token not in ring.path.read_text()
    assert stat.S_IMODE(ring.path.stat().st_mode) == 0o600
    assert json.loads(ring.path.read_text())["keys"]["alice"]["sha256"] == digest(token)
    assert [path.name for path in ring.path.parent.iterdir()] == ["keys.json"]


def test_a_tenant_keeps_its_id_when_the_file_is_written_again(ring):
    ring.add("alice")
    before = keys.read(ring.path)["alice"].id

    ring.add("bob")

    assert keys.read(ring.path)["alice"].id == before


def test_a_file_that_is_no_file_of_keys_is_refused_without_a_word_of_what_is_in_it(ring):
    ring.path.write_text('{"keys": {"alice": {"sha256": "secret"}}}')

    with pytest.raises(keys.KeysError, match=r"keys\.alice\.sha256") as refused:
        keys.read(ring.path)

    assert '"secret"' not in str(refused.value)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org"])
def test_a_gateway_that_others_can_reach_needs_keys_or_a_word_that_it_is_open(host, tmp_path):
    with pytest.raises(ValueError, match="other machines can reach"):
        Settings(host=host)

    assert Settings(host=host, open=True).open
    assert Settings(host=host, keys=tmp_path / "keys.json").keys


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.0.0.2"])
def test_a_gateway_on_this_machine_needs_none(host):
    assert Settings(host=host).keys is None
