"""`/configure` makes a profile of what the seed's scripts say, or refuses it by name."""

import httpx
import pytest
from google.protobuf.json_format import MessageToDict

from its_gateway.endpoints import Endpoint
from its_runtime.errors import InvalidRequest, NotFound, Unmet, Violation

SEED = {
    "model": "its-tiny",
    "alg": "particle-filtering",
    "rm_name": "its-tiny-reward",
    "rm_device": "cuda:0",
    "rm_agg_method": "prod",
    "step_token": "\n\n",
    "stop_token": "END",
    "budget": 4,
    "temperature": 0.5,
    "extra_args": {"max_tokens": 99},
}
UPSTREAM = "http://localhost:8100/v1"


async def test_every_field_is_in_the_profile(http, script):
    response = await http.post("/configure", json=SEED)

    profile = script.configured[0].profile
    assert (response.status_code, response.json()["status"]) == (200, "success")
    assert script.configured[0].make_default
    assert (profile.name, profile.model, profile.algorithm) == ("its-tiny", "its-tiny", "particle-filtering")
    assert MessageToDict(profile.parameters) == {"aggregation": "prod", "step_delimiters": ["\n\n"]}
    assert (profile.budget.samples, profile.sampling.temperature, profile.sampling.max_tokens) == (4, 0.5, 99)
    assert (list(profile.sampling.stop), profile.reward_model) == (["END"], "its-tiny-reward")
    assert "Initialized its-tiny with particle-filtering algorithm" in response.json()["message"]
    assert "rm_device 'cuda:0' changes nothing" in response.json()["message"]


async def test_what_votes_compare_is_a_parameter(http, script):
    voting = {"regex_patterns": ["\\boxed{(.*)}"], "tool_vote": "tool_name", "exclude_tool_args": ["id"]}
    await http.post("/configure", json={"model": "its-tiny", "alg": "self-consistency", **voting})

    assert MessageToDict(script.configured[0].profile.parameters) == voting


async def test_a_named_profile_is_not_made_the_default(http, script):
    response = await http.post("/configure", json={"model": "its-tiny", "alg": "best-of-n", "profile": "careful"})

    assert script.configured[0].profile.name == response.json()["profile"]["name"] == "careful"
    assert not script.configured[0].make_default


@pytest.mark.parametrize("keeps", [True, False])
async def test_it_says_whether_a_restart_forgets_it(http, script, keeps):
    script.keeps = keeps
    said = (await http.post("/configure", json=SEED)).json()

    assert said["kept"] is keeps
    assert ("orchestrator.state" in said["message"]) is not keeps


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"alg": None}, "alg"),
        ({"model": None}, "model"),
        ({"budget": 0}, "budget"),
        ({"budget": 1001}, "budget"),
        ({"rm_agg_method": "median"}, "rm_agg_method"),
        ({"extra_args": {"drop_params": True}}, "extra_args.drop_params"),
        ({"provider": "litellm"}, "provider"),
        ({"judge_model": "gpt-4o"}, "judge_model"),
        ({"regex_patterns": "x"}, "regex_patterns"),
    ],
    ids=str,
)
async def test_what_can_not_be_honoured_is_refused_by_name(http, script, change, param):
    response = await http.post("/configure", json={**SEED, **change})

    assert (response.status_code, response.json()["error"]["param"]) == (400, param)
    assert not script.configured


@pytest.mark.parametrize(
    ("refusal", "status", "param"),
    [
        (InvalidRequest.field("parameters.aggregation", "there is none"), 400, "rm_agg_method"),
        (InvalidRequest.field("parameters.tool_vote", "no such parameter"), 400, "tool_vote"),
        (InvalidRequest.field("profile.sampling.temperature", "too high"), 400, "temperature"),
        (InvalidRequest.field("profile.sampling.top_p", "too high"), 400, "extra_args.top_p"),
        (InvalidRequest.field("algorithm", "no algorithm is called so"), 400, "alg"),
        (InvalidRequest("two", violations=[Violation("profile.budget.samples", "no")]), 400, "budget"),
        (NotFound("there is no such model"), 404, None),
        (Unmet("nothing was changed: it can't be written"), 400, None),
    ],
    ids=str,
)
async def test_what_the_orchestrator_refuses_has_the_name_that_the_script_gave(http, script, refusal, status, param):
    script.refusal = refusal
    response = await http.post("/configure", json=SEED)

    assert (response.status_code, response.json()["error"]["param"]) == (status, param)


@pytest.mark.parametrize("n", [1, 2])
async def test_an_answer_alone_is_what_openai_s_would_be(http, n):
    asked = {"model": "its-tiny", "messages": [{"role": "user", "content": "?"}], "n": n, "budget": 4}
    alone = await http.post("/v1/chat/completions", json={**asked, "return_response_only": True})
    whole = await http.post("/v1/chat/completions", json={**asked, "return_response_only": False})

    assert '"its"' not in alone.text
    assert whole.text.count('"its"') == n


@pytest.fixture
async def listed(gateway, monkeypatch):
    """A client of a gateway whose administrator lists two endpoints, one with a key."""
    monkeypatch.setenv("UPSTREAM_KEY", "sk-upstream")
    endpoints = {
        UPSTREAM: Endpoint(models=("its-tiny",)),
        "https://api.example.com/v1/": Endpoint(models=("its-tiny", "lab/careful"), api_key_env="UPSTREAM_KEY"),
    }
    async with httpx.AsyncClient(base_url=await gateway(endpoints=endpoints)) as http:
        yield http


@pytest.mark.parametrize(
    ("said", "status", "param"),
    [
        ({"endpoint": UPSTREAM, "api_key": "NO_API_KEY"}, 200, None),
        ({"endpoint": f"{UPSTREAM}/"}, 200, None),
        ({"endpoint": "https://api.example.com/v1", "api_key": "sk-upstream"}, 200, None),
        ({"api_key": "EMPTY"}, 200, None),
        ({"endpoint": "https://api.example.com/v1", "api_key": "sk-another"}, 403, "api_key"),
        ({"endpoint": UPSTREAM, "api_key": "sk-upstream"}, 403, "api_key"),
        ({"api_key": "sk-upstream"}, 403, "api_key"),
        ({"endpoint": "https://evil.example.com/v1"}, 403, "endpoint"),
        ({"endpoint": UPSTREAM, "model": "another"}, 403, "endpoint"),
    ],
    ids=str,
)
async def test_an_endpoint_is_one_that_an_administrator_lists_with_the_key_that_is_bound_to_it(
    listed, script, said, status, param
):
    response = await listed.post("/configure", json={**SEED, **said})

    assert response.status_code == status, response.text
    assert response.json().get("error", {}).get("param") == param
    assert len(script.configured) == (status == 200)
    assert "sk-" not in str(script.configured) + response.text
