"""No field that the official SDK can send is dropped: each reaches the orchestrator, or is refused by name."""

import typing

import pytest
from google.protobuf.json_format import MessageToDict
from openai.types.chat import completion_create_params as sdk

FIELDS = {
    *typing.get_type_hints(sdk.CompletionCreateParamsNonStreaming),
    *typing.get_type_hints(sdk.CompletionCreateParamsStreaming),
}
ASK = {"model": "its-tiny", "messages": [{"role": "user", "content": "2 + 2?"}]}
PATH = "/v1/chat/completions"

ADD = {"type": "function", "function": {"name": "add"}}
SCHEMA = {"type": "json_schema", "json_schema": {"name": "a", "schema": {"type": "object"}}}
REACHES = {
    "messages": ([{"role": "user", "content": "3?"}], "conversation.messages"),
    "model": ("lab/careful", "model"),
    "temperature": (0.5, "sampling.temperature"),
    "top_p": (0.5, "sampling.top_p"),
    "frequency_penalty": (1.5, "sampling.frequency_penalty"),
    "presence_penalty": (-1.5, "sampling.presence_penalty"),
    "logit_bias": ({"7": 5}, "sampling.logit_bias"),
    "max_tokens": (9, "sampling.max_tokens"),
    "max_completion_tokens": (9, "sampling.max_tokens"),
    "seed": (5, "sampling.seed"),
    "stop": (["END"], "sampling.stop"),
    "logprobs": (True, "logprobs"),
    "top_logprobs": (3, "logprobs.top"),
    "response_format": (SCHEMA, "structured_output.json_schema"),
    "tools": ([ADD], "conversation.tools"),
    "tool_choice": ("none", "conversation.tool_choice"),
}
"""A value of each field that goes down, and where it arrives."""
TOGETHER = {"top_logprobs": {"logprobs": True}, "stream_options": {"stream": True}}
"""What a field can't do without."""

KEPT_HERE = {
    "n": 2,
    "parallel_tool_calls": False,
    "stream": True,
    "stream_options": {"include_usage": True},
    "user": "ann",
    "metadata": {"run": "7"},
    "safety_identifier": "ann",
    "prompt_cache_key": "k",
}
"""What the gateway honours by itself; other tests tell how."""
AS_IT_IS = {
    "modalities": (["text"], ["audio"]),
    "service_tier": ("auto", "flex"),
    "store": (False, True),
    "verbosity": ("medium", "low"),
    "prompt_cache_retention": ("in_memory", "24h"),
}
"""What may be said as it is anyway, and what is refused."""
REFUSED = {
    "audio": {"voice": "alloy", "format": "wav"},
    "functions": [{"name": "add"}],
    "function_call": "auto",
    "moderation": {"model": "omni-moderation-latest"},
    "prediction": {"type": "content", "content": "4"},
    "prompt_cache_options": {"mode": "explicit"},
    "reasoning_effort": "high",
    "web_search_options": {},
}


def test_every_field_of_the_sdk_is_one_of_these():
    assert {*REACHES, *KEPT_HERE, *AS_IT_IS, *REFUSED} == FIELDS


@pytest.mark.parametrize("field", sorted(REACHES))
async def test_it_reaches_the_orchestrator(http, script, field):
    value, place = REACHES[field]
    response = await http.post(PATH, json={**ASK, **TOGETHER.get(field, {}), field: value})

    assert response.status_code == 200, response.text
    found = MessageToDict(script.request, preserving_proto_field_name=True)
    for step in place.split("."):
        found = found[step]
    assert found or found == 0


@pytest.mark.parametrize("field", sorted(KEPT_HERE))
async def test_it_is_honoured_by_the_gateway(http, field):
    response = await http.post(PATH, json={**ASK, **TOGETHER.get(field, {}), field: KEPT_HERE[field]})

    assert response.status_code == 200, response.text


@pytest.mark.parametrize("field", sorted(AS_IT_IS))
async def test_it_may_say_what_is_so_and_nothing_else(http, field):
    so, other = AS_IT_IS[field]

    assert (await http.post(PATH, json={**ASK, field: so})).status_code == 200
    refused = await http.post(PATH, json={**ASK, field: other})
    assert refused.status_code == 400
    assert refused.json()["error"]["param"].startswith(field)


@pytest.mark.parametrize("field", sorted(REFUSED))
async def test_it_is_refused_by_name_with_what_to_do_instead(http, field):
    error = (await http.post(PATH, json={**ASK, field: REFUSED[field]})).json()["error"]

    assert (error["param"], error["code"]) == (field, "invalid_value")
    assert "can't be honoured" in error["message"]
    assert error["message"].endswith(".")


@pytest.mark.parametrize("field", sorted(FIELDS - {"model", "messages"}))
async def test_null_is_as_if_it_were_not_said(http, field):
    assert (await http.post(PATH, json={**ASK, field: None})).status_code == 200
