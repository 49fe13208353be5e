"""A request may choose by headers, in every protocol; what it can't choose is refused by name."""

import httpx
import openai
import pytest

from its_gateway.endpoints import Endpoint

CHAT = {"model": "its-tiny", "messages": [{"role": "user", "content": "2 + 2?"}]}
ASKED = {
    "/v1/chat/completions": CHAT,
    "/v1/responses": {"model": "its-tiny", "input": "2 + 2?"},
    "/v1/completions": {"model": "its-tiny", "prompt": "2 + 2?"},
}


@pytest.mark.parametrize("path", ASKED)
async def test_a_header_goes_before_the_body(http, script, path):
    headers = {"X-ITS-Budget": "5", "X-ITS-Algorithm": "beam-search"}
    response = await http.post(path, json={**ASKED[path], "budget": 2, "algorithm": "best-of-n"}, headers=headers)

    assert response.status_code == 200, response.text
    assert (script.request.budget.samples, script.request.algorithm) == (5, "beam-search")


async def test_a_budget_may_have_all_its_limits_in_a_header(http, script):
    await http.post("/v1/completions", json=ASKED["/v1/completions"], headers={"X-ITS-Budget": '{"tokens": 9}'})

    assert (script.request.budget.tokens, script.request.budget.HasField("samples")) == (9, False)


@pytest.mark.parametrize(
    ("headers", "status", "param"),
    [
        ({"X-ITS-Budget": "many"}, 400, "X-ITS-Budget"),
        ({"X-ITS-Budget": "0"}, 400, "X-ITS-Budget"),
        ({"X-ITS-Budget": "1001"}, 400, "X-ITS-Budget"),
        ({"X-ITS-Budget": '{"dollars": 1}'}, 400, "X-ITS-Budget"),
        ({"X-ITS-Algorithm": "magic"}, 400, "algorithm"),
        ({"X-ITS-Frobnicate": "1"}, 400, "x-its-frobnicate"),
        ({"X-ITS-Endpoint": "https://evil.example.com/v1"}, 403, "X-ITS-Endpoint"),
        ({"X-ITS-API-Key": "sk-mine"}, 403, "X-ITS-API-Key"),
        ({"X-ITS-Endpoint": "https://evil.example.com/v1", "X-ITS-API-Key": "sk-mine"}, 403, "X-ITS-Endpoint"),
    ],
    ids=str,
)
async def test_what_can_not_be_chosen_is_refused_by_name(http, script, headers, status, param):
    response = await http.post("/v1/responses", json=ASKED["/v1/responses"], headers=headers)

    assert (response.status_code, response.json()["error"]["param"]) == (status, param)
    assert "sk-mine" not in response.text
    assert not script.asked


async def test_an_endpoint_that_an_administrator_lists_may_be_named(gateway, script):
    endpoints = {"http://localhost:8100/v1": Endpoint(models=("its-tiny",))}
    headers = {"X-ITS-Endpoint": "http://localhost:8100/v1", "X-ITS-API-Key": "none"}
    async with httpx.AsyncClient(base_url=await gateway(endpoints=endpoints), headers=headers) as http:
        plain = await http.post("/v1/responses", json=ASKED["/v1/responses"])
        suffixed = await http.post("/v1/responses", json={"model": "its-tiny:best-of-n", "input": "?"})
        another = await http.post("/v1/responses", json={"model": "lab/careful", "input": "?"})

    assert (plain.status_code, suffixed.status_code, another.status_code) == (200, 200, 403)
    assert "its-tiny" not in another.text  # it may not exist for this caller
    assert "8100" not in str(script.asked)


@pytest.mark.parametrize(
    "url",
    [
        "HTTP://LOCALHOST:8100/v1",
        "http://localhost.:8100/v1",
        "http://localhost:8100/v1/../v2",
        "http://localhost:8100/v1?to=evil.example.com",
        "http://localhost:8100/v1#@evil.example.com",
        "http://localhost:8100@evil.example.com/v1",
        "http://user:pass@localhost:8100/v1",
        "http://localhost:81000/v1",
        "http://localhost/v1",
        "https://localhost:8100/v1",
        "http://[::1]:8100/v1",
        "http://127.0.0.1:8100/v1",
        "http://localhost:8100/v1\\@evil.example.com",
        "//localhost:8100/v1",
        "",
    ],
)
async def test_an_address_that_only_looks_like_a_listed_one_is_none(gateway, script, url):
    endpoints = {"http://localhost:8100/v1": Endpoint(models=("its-tiny",))}
    async with httpx.AsyncClient(base_url=await gateway(endpoints=endpoints)) as http:
        by_header = await http.post("/v1/chat/completions", json=CHAT, headers={"X-ITS-Endpoint": url})
        by_body = await http.post("/configure", json={"model": "its-tiny", "alg": "best-of-n", "endpoint": url})

    assert (by_header.status_code, by_body.status_code) == (403, 403)
    assert not script.asked + script.configured


async def test_a_key_is_not_taken_over_from_an_endpoint_that_was_named_before(gateway, script, monkeypatch):
    monkeypatch.setenv("BOUND", "sk-bound")
    endpoints = {
        "http://localhost:8100/v1": Endpoint(models=("its-tiny",), api_key_env="BOUND"),
        "http://localhost:8200/v1": Endpoint(models=("lab/careful",)),
    }
    made = {"model": "its-tiny", "alg": "best-of-n"}
    async with httpx.AsyncClient(base_url=await gateway(endpoints=endpoints)) as http:
        bodies = [
            {**made, "endpoint": "http://localhost:8100/v1", "api_key": "sk-bound"},
            {**made, "endpoint": "http://localhost:8200/v1"},
            {**made, "model": "lab/careful", "endpoint": "http://localhost:8200/v1", "api_key": "sk-bound"},
            {**made, "api_key": "sk-bound"},
        ]
        answers = [await http.post("/configure", json=body) for body in bodies]

    assert [answer.status_code for answer in answers] == [200, 403, 403, 403]
    assert "sk-bound" not in "".join(answer.text for answer in answers) + str(script.configured)


async def test_the_sdk_sends_them_as_extra_headers(client, script):
    await client.chat.completions.create(**CHAT, extra_headers={"X-ITS-Budget": "3"})

    assert script.request.budget.samples == 3


async def test_an_unknown_header_of_another_name_is_nobody_s_business(client):
    completion = await client.completions.create(model="its-tiny", prompt="?", extra_headers={"X-Other": "1"})

    assert isinstance(completion, openai.types.Completion)
