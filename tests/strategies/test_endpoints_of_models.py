"""Endpoints that speak OpenAI's protocol: which key goes where, how much at once, for how long."""

import pytest
from starlette.responses import RedirectResponse

from its_orchestrator.testing import Bench
from its_runtime.errors import DeadlinePassed, ItsError, Unavailable, Unmet


def asking(**llm) -> Bench:
    functions = {"ask": {"_type": "chat_completion", "llm_name": "a", "system_prompt": "Be brief."}}
    plans = {"_type": "single_shot_multi_plan", "planning_llm": "a", "num_plans": 6}
    return Bench(
        {"llms": {"a": {"model_name": "m", **llm}}, "functions": functions, "its_strategies": {"plans": plans}}
    )


@pytest.fixture
def keys(monkeypatch):
    for name in ("OPENAI_API_KEY", "NVIDIA_API_KEY", "AZURE_OPENAI_API_KEY"):
        monkeypatch.setenv(name, "secret")


@pytest.mark.parametrize("kind", ["openai", "nim", "litellm"])
async def test_a_key_of_the_environment_goes_to_no_other_endpoint(endpoint, keys, kind):
    endpoint.says = lambda text, body: "yes"

    assert await asking(_type=kind, base_url=endpoint.url).call("ask", "Is it?") == "yes"
    assert endpoint.keys == ["Bearer none"]


async def test_a_given_key_goes_to_its_endpoint(endpoint, keys):
    endpoint.says = lambda text, body: "yes"

    await asking(_type="openai", base_url=endpoint.url, api_key="ours").call("ask", "Is it?")

    assert endpoint.keys == ["Bearer ours"]


async def test_a_deployment_of_azure_is_asked_in_its_own_way(endpoint, keys):
    endpoint.says = lambda text, body: "yes"
    bench = asking(_type="azure_openai", azure_endpoint=endpoint.url.removesuffix("/v1"))

    assert await bench.call("ask", "Is it?") == "yes"
    assert endpoint.keys == ["secret"]


async def test_a_redirect_takes_no_key_elsewhere(endpoint):
    endpoint.says = lambda text, body: RedirectResponse("http://127.0.0.1:9/v1/chat/completions", 307)

    with pytest.raises(ItsError):
        await asking(_type="openai", base_url=endpoint.url, api_key="ours", max_retries=0).call("ask", "Is it?")

    assert len(endpoint.keys) == 1


async def test_a_type_without_an_endpoint_of_its_own_wants_one():
    with pytest.raises(Unmet, match=r"llms\.a\.base_url: this type has no endpoint of its own"):
        await asking(_type="litellm").call("ask", "Is it?")


async def test_no_more_calls_run_at_once_than_are_allowed(endpoint):
    endpoint.says = lambda text, body: "PLAN: go"
    endpoint.wait_for = 2

    plans = await asking(_type="openai", base_url=endpoint.url, max_concurrency=2).stage("search", "plans")

    assert (len(plans), endpoint.most) == (6, 2)


async def test_a_call_that_takes_too_long_is_given_up(endpoint):
    endpoint.wait_for = 99
    bench = asking(_type="openai", base_url=endpoint.url, request_timeout=0.05, max_retries=0)

    with pytest.raises((DeadlinePassed, Unavailable), match=r"within 0\.05 s"):
        await bench.call("ask", "Is it?")


async def test_an_endpoint_that_is_not_there_is_named():
    bench = asking(_type="openai", base_url="http://127.0.0.1:9/v1", max_retries=0)

    with pytest.raises(Unavailable, match=r"'m' at http://127\.0\.0\.1:9/v1/ doesn't answer; is it running\?"):
        await bench.call("ask", "Is it?")


async def test_what_a_model_is_told_comes_before_the_question(endpoint):
    endpoint.says = lambda text, body: "<think>so</think> yes"

    assert await asking(_type="openai", base_url=endpoint.url).call("ask", "Is it?") == "yes"
    assert [one["role"] for one in endpoint.asked[0]["messages"]] == ["system", "user"]
