"""What goes wrong below arrives with OpenAI's status, type, field and code."""

import openai
import pytest
from grpc import StatusCode
from scripted_orchestrator import gateway_to

from its_gateway.errors import RULES, from_its
from its_runtime.errors import (
    KINDS,
    DeadlinePassed,
    Internal,
    InvalidRequest,
    NotFound,
    Overloaded,
    TooLong,
    Unavailable,
    Unmet,
    Unsupported,
    Violation,
)

ASK = {"model": "its-tiny", "messages": [{"role": "user", "content": "2 + 2?"}]}


@pytest.mark.parametrize(
    ("raised", "status", "code", "retry_after"),
    [
        (InvalidRequest("no"), 400, "invalid_value", None),
        (TooLong("no"), 400, "context_length_exceeded", None),
        (NotFound("no"), 404, "model_not_found", None),
        (Unsupported("no"), 400, "unsupported", None),
        (Unmet("no"), 400, "failed_precondition", None),
        (Overloaded("no"), 429, "rate_limit_exceeded", "1"),
        (Overloaded("no", retry_after=2.5), 429, "rate_limit_exceeded", "3"),
        (Unavailable("no"), 503, "service_unavailable", "1"),
        (DeadlinePassed("no"), 504, "timeout", None),
        (Internal("no"), 500, "internal_error", None),
    ],
)
async def test_every_status_below_has_one_above(client, script, raised, status, code, retry_after):
    async def failing():
        raise raised
        yield

    script.events = failing
    with pytest.raises(openai.APIStatusError) as error:
        await client.chat.completions.create(**ASK)

    assert (error.value.status_code, error.value.code) == (status, code)
    assert error.value.response.headers.get("retry-after") == retry_after


async def test_a_surprise_below_is_masked(client, script):
    async def failing():
        raise ValueError("the password is 1234")
        yield

    script.events = failing
    with pytest.raises(openai.InternalServerError) as error:
        await client.chat.completions.create(**ASK)

    assert "1234" not in str(error.value)


@pytest.mark.parametrize(
    ("below", "above"),
    [
        ("parameters.alpha", "its.alpha"),
        ("budget.samples", "budget"),
        ("budget.tokens", "budget.tokens"),
        ("sampling.temperature", "temperature"),
        ("sampling.logit_bias[5]", "logit_bias[5]"),
        ("conversation.messages[2].role", "messages[2].role"),
        ("conversation.tools[1].parameters_json_schema.type", "tools[1].function.parameters.type"),
        ("structured_output.json_schema.type", "response_format.json_schema.schema.type"),
        ("reward_model", "its.reward_model"),
        ("prompt", "messages"),
        ("algorithm", "algorithm"),
        ("model", "model"),
    ],
)
def test_fields_have_the_names_that_clients_know(below, above):
    error = from_its(InvalidRequest.field(below, "too large"))

    assert (error.param, error.message) == (above, f"{above}: too large")


def test_every_refused_field_is_told():
    error = from_its(InvalidRequest("x", violations=[Violation("parameters.a", "one"), Violation("model", "two")]))

    assert (error.param, error.message) == ("its.a", "its.a: one; model: two")


def test_every_kind_of_error_has_its_rule():
    assert {kind.code for kind in KINDS} == set(RULES)
    assert all(rule.status != 422 for rule in RULES.values())
    assert RULES[StatusCode.UNAVAILABLE].retry_after


async def test_an_orchestrator_that_is_away_is_a_503():
    async with gateway_to("127.0.0.1:1") as url, openai.AsyncOpenAI(base_url=url + "/v1", api_key="x") as client:
        with pytest.raises(openai.InternalServerError) as error:
            await client.with_options(max_retries=0).chat.completions.create(**ASK)

    assert error.value.status_code == 503
    assert error.value.response.headers["retry-after"]
    assert "orchestrator" in str(error.value)


@pytest.mark.parametrize(("raised", "times"), [(DeadlinePassed("too late"), 1), (Overloaded("busy", retry_after=0), 2)])
async def test_sdks_ask_again_where_it_may_help_and_not_where_time_ran_out(gateway, script, raised, times):
    async def failing():
        raise raised
        yield

    script.events = failing
    async with openai.AsyncOpenAI(base_url=f"{await gateway()}/v1", api_key="none", max_retries=1) as client:
        with pytest.raises(openai.APIStatusError):
            await client.chat.completions.create(**ASK)

    assert len(script.asked) == times
