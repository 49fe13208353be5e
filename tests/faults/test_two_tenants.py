"""Two tenants of one system: limits, keys, models and traces of one are invisible to the other."""

import asyncio

import httpx
import pytest

from its.orchestrator.v1 import orchestrator_pb2 as pb
from its.orchestrator.v1.orchestrator_pb2_grpc import OrchestratorServiceStub
from its_gateway import keys
from its_gateway.keys import Key, digest
from its_orchestrator.profiles import Profile
from its_orchestrator.testing import Fault, World
from its_runtime.calls import response
from its_runtime.channel import open_channel
from its_runtime.errors import NotFound

SAYING = {"messages": [{"role": "user", "content": "2+2?"}], "budget": 2}
PROFILES = {"alices": Profile(model="toy"), "bobs": Profile(model="toy")}


@pytest.fixture
def faults():
    """Calls of the generator that go wrong, by number."""
    return {-1: Fault.STALLS}


@pytest.fixture
async def tenants(chain, tmp_path, faults):
    """A chain with a key for alice, who may ask twice a minute, and one for bob; clients of both."""
    path, tokens = tmp_path / "keys.json", [keys.new_token(), keys.new_token()]
    alice = Key(id="tenant-a", sha256=digest(tokens[0]), models=("alices",), requests_per_minute=2)
    bob = Key(id="tenant-b", sha256=digest(tokens[1]), models=("bobs",), requests_per_minute=9)
    keys.change(path, lambda known: known.update(alice=alice, bob=bob))
    running = await chain(World(["\\boxed{4}"], faults=faults), profiles=PROFILES, gateway={"keys": path})
    clients = [
        httpx.AsyncClient(base_url=running.url, headers={"authorization": f"Bearer {token}"}, trust_env=False)
        for token in tokens
    ]
    async with clients[0], clients[1]:
        yield running, *clients


async def test_models_of_one_do_not_exist_for_the_other(tenants):
    _, alice, bob = tenants
    lists = [
        {model["id"].split(":")[0] for model in (await one.get("/v1/models")).json()["data"]} for one in (alice, bob)
    ]
    hidden = [
        await alice.get("/v1/models/bobs"),
        await alice.post("/v1/chat/completions", json={"model": "bobs", **SAYING}),
    ]
    unknown = await alice.post("/v1/chat/completions", json={"model": "nobodys", **SAYING})

    assert lists == [{"alices"}, {"bobs"}]
    assert [answer.status_code for answer in (*hidden, unknown)] == [404] * 3
    assert hidden[1].text.replace("bobs", "") == unknown.text.replace("nobodys", "")


async def test_an_unknown_reward_model_is_what_is_told_of_and_not_the_model(tenants):
    _, alice, _ = tenants
    asked = {"model": "alices:best-of-n", **SAYING, "its": {"reward_model": "nobodys"}}
    unknown = (await alice.post("/v1/chat/completions", json=asked)).json()["error"]

    assert (unknown["code"], unknown["param"]) == ("model_not_found", "its.reward_model")
    assert "'nobodys'" in unknown["message"]
    assert "bobs" not in unknown["message"]


async def test_what_one_has_used_up_is_still_there_for_the_other(tenants):
    _, alice, bob = tenants
    mine = [await alice.post("/v1/chat/completions", json={"model": "alices", **SAYING}) for _ in range(3)]
    other = await bob.post("/v1/chat/completions", json={"model": "bobs", **SAYING})

    assert [answer.status_code for answer in (*mine, other)] == [200, 200, 429, 200]
    assert other.headers["x-ratelimit-limit-requests"] == "9"
    assert other.headers["x-ratelimit-remaining-requests"] == "8"


async def test_traces_and_tenants_of_one_are_not_found_by_the_other(tenants):
    running, alice, _ = tenants
    answered = (await alice.post("/v1/chat/completions", json={"model": "alices", **SAYING})).json()
    trace_id = answered["its"]["trace_id"]
    async with open_channel(running.at("orchestrator")) as channel:
        stub = OrchestratorServiceStub(channel)
        own = await stub.GetTrace(pb.GetTraceRequest(trace_id=trace_id, tenant="tenant-a"))
        for other in ("tenant-b", ""):
            with pytest.raises(NotFound):
                await response(stub.GetTrace(pb.GetTraceRequest(trace_id=trace_id, tenant=other)), "orchestrator")

    assert own.events
    assert "tenant-a" not in str(answered)
    assert {one.flow.tenant for one in running.world.generator.generations} == {"tenant-a"}


async def test_lists_and_streams_of_runs_hold_ones_own_only(tenants):
    _, alice, bob = tenants
    trace_id = (await alice.post("/v1/chat/completions", json={"model": "alices", **SAYING})).json()["its"]["trace_id"]
    lists = [(await one.get("/v1/traces")).json()["data"] for one in (alice, bob)]
    own = await alice.get(f"/v1/traces/{trace_id}/events")
    others = [await bob.get(f"/v1/traces/{name}{end}") for end in ("", "/events") for name in (trace_id, "0" * 16)]

    assert ([one["trace_id"] for one in lists[0]], lists[1]) == ([trace_id], [])
    assert own.text.endswith("data: [DONE]\n\n")
    assert {answer.status_code for answer in others} == {404}
    assert others[0].text.replace(trace_id, "0" * 16) == others[1].text  # it says nothing of whose it is
    assert others[2].text.replace(trace_id, "0" * 16) == others[3].text


async def test_an_id_that_both_choose_for_a_request_joins_nothing_of_them(tenants, faults, until):
    running, alice, bob = tenants
    faults[0] = Fault.STALLS
    same = {"headers": {"x-request-id": "the-same"}}
    stuck = asyncio.create_task(alice.post("/v1/responses", json={"model": "alices", "input": "2+2?"}, **same))
    await until(lambda: running.world.generator.running)
    answered = await bob.post("/v1/responses", json={"model": "bobs", "input": "2+2?"}, **same)
    traces = [(await one.get("/v1/traces")).json()["data"] for one in (alice, bob)]
    hidden = await bob.get(f"/v1/traces/{traces[0][0]['trace_id']}")
    stuck.cancel()
    await until(lambda: running.world.quiet)
    again = await bob.post("/v1/responses", json={"model": "bobs", "input": "2+2?"}, **same)

    assert (answered.status_code, again.status_code, hidden.status_code) == (200, 200, 404)
    assert answered.headers["x-request-id"] == "the-same"
    assert [len(one) for one in traces] == [1, 1]
    assert len({answered.json()["id"], again.json()["id"]}) == 2


@pytest.mark.parametrize(
    "asked",
    [
        {"model": "nobodys"},
        {"model": "alices", "algorithm": "magic"},
        {"model": "alices", "its": {"reward_model": "nobodys"}, "algorithm": "best-of-n"},
        {"model": "alices", "its": {"magic": 1}, "algorithm": "best-of-n"},
        {"model": "alices", "budget": 10_000},
        {"model": "alices", "tools": [{"type": "magic"}]},
    ],
    ids=str,
)
async def test_no_error_names_what_is_the_other_s(tenants, asked):
    _, alice, _ = tenants
    refused = await alice.post("/v1/chat/completions", json={**SAYING, **asked})

    assert refused.status_code in {400, 404}
    assert "bob" not in refused.text
    assert "tenant" not in refused.text
