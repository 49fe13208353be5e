"""A chat completion carries everything that was asked down, and everything that was found back."""

import json

import openai
import pytest
from scripted_orchestrator import answer

from its.chat.v1.chat_pb2 import Message, Role, ToolCall, ToolChoice
from its.chat.v1.tokens_pb2 import ModelIdentity
from its.generator.v1.generator_pb2 import StopReason
from its.orchestrator.v1.orchestrator_pb2 import Detail

QUESTION = [{"role": "user", "content": "2 + 2?"}]


async def test_the_answer_is_openai_s_with_the_true_figures(client):
    completion = await client.chat.completions.create(model="its-tiny", messages=QUESTION, extra_body={"budget": 2})

    assert completion.object == "chat.completion"
    assert completion.id.startswith("chatcmpl-")
    assert completion.model == "its-tiny"
    assert completion.choices[0].message.content == "The answer is \\boxed{4}"
    assert completion.choices[0].finish_reason == "stop"
    assert completion.usage.prompt_tokens == 20
    assert completion.usage.prompt_tokens_details.cached_tokens == 8
    assert completion.usage.completion_tokens == 30
    assert completion.usage.total_tokens == 50
    assert completion.usage.completion_tokens_details.reasoning_tokens == 18
    assert completion.system_fingerprint.startswith("fp_")


async def test_the_its_block_tells_how_the_answer_was_found(client):
    completion = await client.chat.completions.create(model="its-tiny", messages=QUESTION)

    its = completion.model_extra["its"]
    assert its["algorithm"] == "best-of-n"
    assert its["parameters"] == {"aggregation": "prod"}
    assert its["budget"] == {"samples": 2}
    assert its["spent"] == {"samples": 2, "tokens": 30, "seconds": 0.25}
    assert its["stopped_by"] == "completed"
    assert its["seed"] == str(2**63 + 1), "clients in JavaScript would round the number"
    assert its["trace_id"] == "trace-1"
    assert its["reward_model"] == {"name": "its-tiny-reward"}
    assert its["ledger"]["reward_tokens"] == 50
    assert [(one["score"], one["votes"], one["chosen"]) for one in its["candidates"]] == [
        (0.75, None, True),
        (0.25, None, False),
    ]
    assert its["candidates"][0]["step_scores"] == [0.9, 0.8]
    assert its["candidates"][1]["stop_reason"] == "length"
    assert [one["confidence"] for one in its["candidates"]] == [-0.5, None]
    assert its["score_range"] == {"low": None, "high": 0}, "JSON knows no infinity"


async def test_a_system_has_one_fingerprint_until_it_is_another_one(gateway, script):
    async def fingerprint(**changes):
        async def run():
            yield answer(**changes)

        script.events = run
        async with openai.AsyncOpenAI(base_url=f"{await gateway()}/v1", api_key="none") as client:
            return (await client.chat.completions.create(model="its-tiny", messages=QUESTION)).system_fingerprint

    same = await fingerprint()
    model = ModelIdentity(name="its-tiny", revision="r1", tokenizer_fingerprint="f2")

    assert await fingerprint(text="5", seed=3) == same, "another gateway and another answer"
    others = {
        await fingerprint(**change) for change in ({"model": model}, {"algorithm": "dvts"}, {"reward_model": model})
    }
    assert len(others | {same}) == 4


@pytest.mark.parametrize(("seed", "expected"), [(7, 7), ("7", 7), (str(2**64 - 1), 2**64 - 1), (-1, 2**64 - 1)])
async def test_a_seed_is_64_bits_however_it_is_written(http, script, seed, expected):
    response = await http.post("/v1/chat/completions", json={"model": "its-tiny", "messages": QUESTION, "seed": seed})

    assert response.status_code == 200
    assert script.request.sampling.seed == expected


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        (StopReason.STOP_REASON_EOS, "stop"),
        (StopReason.STOP_REASON_STOP, "stop"),
        (StopReason.STOP_REASON_LENGTH, "length"),
        (StopReason.STOP_REASON_STEP, "length"),
        (StopReason.STOP_REASON_CANCELLED, "length"),
        (StopReason.STOP_REASON_UNSPECIFIED, "length"),
    ],
)
async def test_the_finish_reason_is_the_true_one(client, script, reason, expected):
    async def cut():
        yield answer(stop_reason=reason)

    script.events = cut
    completion = await client.chat.completions.create(model="its-tiny", messages=QUESTION)

    assert completion.choices[0].finish_reason == expected


async def test_tool_calls_come_back_as_openai_s(client, script):
    async def calls():
        call = ToolCall(id="call-1", name="add", arguments_json='{"a":2}')
        yield answer(message=Message(role=Role.ROLE_ASSISTANT, tool_calls=[call]))

    script.events = calls
    completion = await client.chat.completions.create(model="its-tiny", messages=QUESTION)

    choice = completion.choices[0]
    assert choice.finish_reason == "tool_calls"
    assert choice.message.content is None
    assert choice.message.tool_calls[0].function.name == "add"
    assert choice.message.tool_calls[0].function.arguments == '{"a":2}'


async def test_every_sampling_field_goes_down(client, script):
    await client.chat.completions.create(
        model="its-tiny",
        messages=QUESTION,
        temperature=0.5,
        top_p=0.9,
        presence_penalty=1,
        frequency_penalty=-1,
        logit_bias={"5": -100},
        max_completion_tokens=64,
        stop="END",
        seed=11,
        extra_body={"top_k": 5, "min_p": 0.25, "repetition_penalty": 1.5, "min_tokens": 2, "stop_token_ids": [9]},
    )

    sampling = script.request.sampling
    assert (sampling.temperature, sampling.presence_penalty, sampling.frequency_penalty) == (0.5, 1, -1)
    assert sampling.top_p == pytest.approx(0.9)
    assert (sampling.top_k, sampling.min_p, sampling.repetition_penalty, sampling.min_tokens) == (5, 0.25, 1.5, 2)
    assert dict(sampling.logit_bias) == {5: -100}
    assert (sampling.max_tokens, list(sampling.stop), sampling.seed) == (64, ["END"], 11)
    assert list(sampling.stop_token_ids) == [9]


async def test_bounds_on_thoughts_go_down(client, script):
    thinking = {"open": "<think>", "close": "</think>", "temperature": 0.5, "max_tokens": 64}
    await client.chat.completions.create(
        model="its-tiny", messages=QUESTION, extra_body={"its": {"thinking": thinking}}
    )

    found = script.request.sampling.thinking
    assert (found.open, found.close, found.temperature, found.max_tokens) == ("<think>", "</think>", 0.5, 64)
    assert not script.request.parameters.fields


async def test_what_was_not_said_is_left_to_the_profile(client, script):
    await client.chat.completions.create(model="its-tiny", messages=QUESTION)

    assert not script.request.sampling.ListFields()
    assert not script.request.budget.ListFields()
    assert script.request.detail == Detail.DETAIL_UNSPECIFIED
    assert script.request.algorithm == ""


async def test_a_zero_that_was_said_is_said_below(client, script):
    await client.chat.completions.create(model="its-tiny", messages=QUESTION, temperature=0, seed=0)

    assert script.request.sampling.HasField("temperature")
    assert script.request.sampling.HasField("seed")


async def test_what_an_assistant_refused_to_say_is_part_of_the_conversation(client, script):
    parts = [{"type": "text", "text": "Well. "}, {"type": "refusal", "refusal": "I can't."}]
    await client.chat.completions.create(
        model="its-tiny",
        messages=[
            *QUESTION,
            {"role": "assistant", "content": None, "refusal": "No."},
            {"role": "assistant", "content": parts},
            *QUESTION,
        ],
    )

    _, short, long, _ = script.request.conversation.messages
    assert [part.text for part in short.content] == ["No."]
    assert [part.text for part in long.content] == ["Well. ", "I can't."]


async def test_every_role_and_shape_of_message_goes_down(client, script):
    call = {"id": "call-1", "type": "function", "function": {"name": "add", "arguments": "{}"}}
    await client.chat.completions.create(
        model="its-tiny",
        messages=[
            {"role": "developer", "content": "Be brief."},
            {"role": "system", "content": "Be right."},
            {
                "role": "user",
                "name": "Ann",
                "content": [{"type": "text", "text": "2"}, {"type": "text", "text": "+2?"}],
            },
            {"role": "assistant", "content": None, "refusal": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "call-1", "content": "4"},
        ],
    )

    developer, system, user, assistant, tool = script.request.conversation.messages
    assert (developer.role, system.role, user.role) == (Role.ROLE_DEVELOPER, Role.ROLE_SYSTEM, Role.ROLE_USER)
    assert (user.name, [part.text for part in user.content]) == ("Ann", ["2", "+2?"])
    assert (assistant.role, list(assistant.content)) == (Role.ROLE_ASSISTANT, [])
    assert assistant.tool_calls[0] == ToolCall(id="call-1", name="add", arguments_json="{}")
    assert (tool.role, tool.tool_call_id, tool.content[0].text) == (Role.ROLE_TOOL, "call-1", "4")


@pytest.mark.parametrize(
    ("choice", "mode", "name"),
    [
        ("auto", ToolChoice.MODE_AUTO, ""),
        ("none", ToolChoice.MODE_NONE, ""),
        ("required", ToolChoice.MODE_REQUIRED, ""),
        ({"type": "function", "function": {"name": "add"}}, ToolChoice.MODE_NAMED, "add"),
    ],
)
async def test_tools_and_their_choice_go_down(client, script, choice, mode, name):
    schema = {"type": "object", "properties": {"a": {"type": "number"}}}
    function = {"name": "add", "description": "Adds.", "parameters": schema}
    await client.chat.completions.create(
        model="its-tiny", messages=QUESTION, tools=[{"type": "function", "function": function}], tool_choice=choice
    )

    conversation = script.request.conversation
    assert (conversation.tools[0].name, conversation.tools[0].description) == ("add", "Adds.")
    assert json.loads(conversation.tools[0].parameters_json_schema) == schema
    assert (conversation.tool_choice.mode, conversation.tool_choice.name) == (mode, name)


async def test_a_form_of_the_answer_goes_down(client, script):
    schema = {"type": "object"}
    form = {"type": "json_schema", "json_schema": {"name": "any", "schema": schema, "strict": True}}
    await client.chat.completions.create(model="its-tiny", messages=QUESTION, response_format=form)
    assert json.loads(script.request.structured_output.json_schema) == schema

    await client.chat.completions.create(model="its-tiny", messages=QUESTION, response_format={"type": "json_object"})
    assert script.request.structured_output.json_object


async def test_budget_algorithm_and_parameters_go_down(client, script):
    await client.chat.completions.create(
        model="its-tiny",
        messages=QUESTION,
        extra_body={
            "budget": {"samples": 8, "tokens": 900, "seconds": 2.5},
            "algorithm": "beam-search",
            "its": {"alpha": 0.25, "widths": [1, 2], "reward_model": "judge"},
        },
    )

    request = script.request
    assert (request.budget.samples, request.budget.tokens, request.budget.seconds) == (8, 900, 2.5)
    assert request.algorithm == "beam-search"
    assert request.reward_model == "judge"
    assert dict(request.parameters) == {"alpha": 0.25, "widths": [1, 2]}


@pytest.mark.parametrize(
    ("model", "profile", "algorithm"),
    [
        ("its-tiny", "its-tiny", ""),
        ("its-tiny:beam-search", "its-tiny", "beam-search"),
        ("lab/careful:best-of-n", "lab/careful", "best-of-n"),
        ("llama3:8b", "llama3:8b", ""),
        ("llama3:8b:best-of-n", "llama3:8b", "best-of-n"),
    ],
)
async def test_a_model_may_name_its_algorithm(client, script, model, profile, algorithm):
    completion = await client.chat.completions.create(model=model, messages=QUESTION)

    assert (script.request.model, script.request.algorithm) == (profile, algorithm)
    assert completion.model == model


async def test_the_time_limit_of_a_request_is_the_deadline_of_the_call(gateway, script):
    patient = {"base_url": f"{await gateway(request_seconds=7000)}/v1", "api_key": "none", "timeout": 9000}
    async with openai.AsyncOpenAI(**patient) as client:
        await client.chat.completions.create(model="its-tiny", messages=QUESTION)

    assert 6000 < script.asked[0][1] < 7100  # the wire rounds


async def test_a_request_id_goes_down_and_comes_back(client, script):
    response = await client.chat.completions.with_raw_response.create(
        model="its-tiny", messages=QUESTION, extra_headers={"X-Request-Id": "mine-1"}
    )

    assert response.headers["x-request-id"] == "mine-1"
    assert script.request.request_id.startswith("mine-1-")


@pytest.mark.parametrize("unusable", ["", "x" * 101, "two words"])
async def test_a_request_without_a_usable_id_gets_one(client, script, unusable):
    response = await client.chat.completions.with_raw_response.create(
        model="its-tiny", messages=QUESTION, extra_headers={"X-Request-Id": unusable}
    )

    assert len(response.headers["x-request-id"]) == 32
    assert script.request.request_id.startswith(response.headers["x-request-id"])
