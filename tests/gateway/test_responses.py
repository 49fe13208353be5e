"""The responses protocol carries everything that was asked down, and everything that was found back."""

import json

import openai
import pytest
from openai.types.responses.response_create_params import ResponseCreateParamsBase
from pydantic import BaseModel
from scripted_orchestrator import answer, committed, started

from its.chat.v1.chat_pb2 import ContentPart, Message, Role, ToolCall, ToolChoice
from its.generator.v1.generator_pb2 import StopReason
from its.orchestrator.v1.answer_pb2 import AnswerToken, TopToken
from its.orchestrator.v1.event_pb2 import Note, SolveEvent
from its_gateway.responses import ResponseRequest
from its_runtime.errors import InvalidRequest, Unavailable

ASK = {"model": "its-tiny", "input": "2 + 2?"}
TOOL = {"type": "function", "name": "add", "parameters": {"type": "object"}, "strict": False}
CALLS = Message(role=Role.ROLE_ASSISTANT, tool_calls=[ToolCall(id="call-1", name="add", arguments_json='{"a":2}')])


async def said_in_pieces():
    yield started()
    yield SolveEvent(note=Note(message="Two samples."))
    yield committed("The answer ")
    yield committed("is 4")
    yield answer("The answer is 4.")


async def calling():
    yield answer(message=CALLS)


async def test_an_answer_is_openai_s_with_the_true_figures(client):
    response = await client.responses.create(**ASK, metadata={"run": "7"}, temperature=0.5)

    assert response.output_text == "The answer is \\boxed{4}"
    assert (response.object, response.status, response.error) == ("response", "completed", None)
    assert response.id.startswith("resp_")
    assert (response.model, response.metadata, response.temperature) == ("its-tiny", {"run": "7"}, 0.5)
    assert (response.usage.input_tokens, response.usage.output_tokens, response.usage.total_tokens) == (20, 30, 50)
    assert response.usage.input_tokens_details.cached_tokens == 8
    assert response.usage.output_tokens_details.reasoning_tokens == 18
    assert response.model_extra["its"]["trace_id"] == "trace-1"
    assert response.model_extra["store"] is False


async def test_what_is_asked_arrives_at_the_orchestrator(client, script):
    await client.responses.create(
        **ASK,
        instructions="Be brief.",
        temperature=0.5,
        top_p=0.9,
        max_output_tokens=7,
        extra_body={"budget": 4, "algorithm": "best-of-n", "its": {"alpha": 0.25}, "seed": 9},
    )

    request = script.request
    assert [(one.role, one.content[0].text) for one in request.conversation.messages] == [
        (Role.ROLE_SYSTEM, "Be brief."),
        (Role.ROLE_USER, "2 + 2?"),
    ]
    assert (request.sampling.temperature, request.sampling.max_tokens, request.sampling.seed) == (0.5, 7, 9)
    assert (request.budget.samples, request.algorithm, dict(request.parameters)) == (4, "best-of-n", {"alpha": 0.25})


async def test_a_strict_function_is_a_strict_tool(client, script):
    await client.responses.create(**ASK, tools=[{**TOOL, "strict": True}])

    assert script.request.conversation.tools[0].strict


async def test_a_conversation_goes_on_with_the_items_that_a_response_gave(client, script):
    script.events = calling
    given = [{"role": "user", "content": [{"type": "input_text", "text": "2 + 2?"}]}]
    response = await client.responses.create(model="its-tiny", input=given, tools=[TOOL], tool_choice="required")
    call = response.output[0]
    given = [*given, *response.output, {"type": "function_call_output", "call_id": call.call_id, "output": "4"}]
    await client.responses.create(model="its-tiny", input=given, tools=[TOOL])

    _, assistant, tool = script.request.conversation.messages
    assert (call.name, call.arguments, call.status) == ("add", '{"a":2}', "completed")
    assert (assistant.role, assistant.tool_calls[0].name) == (Role.ROLE_ASSISTANT, "add")
    assert (tool.role, tool.tool_call_id, tool.content[0].text) == (Role.ROLE_TOOL, "call-1", "4")
    assert script.asked[0][0].conversation.tool_choice.mode == ToolChoice.MODE_REQUIRED
    assert json.loads(script.request.conversation.tools[0].parameters_json_schema) == {"type": "object"}


async def test_what_an_assistant_said_and_called_in_a_row_is_one_message(client, script):
    said = {"type": "message", "role": "assistant", "content": "Let me add."}
    calls = [{"type": "function_call", "call_id": f"c{i}", "name": "add", "arguments": "{}"} for i in (1, 2)]
    outputs = [{"type": "function_call_output", "call_id": f"c{i}", "output": "4"} for i in (1, 2)]
    await client.responses.create(model="its-tiny", input=[{"role": "user", "content": "?"}, said, *calls, *outputs])

    messages = script.request.conversation.messages
    assert [one.role for one in messages] == [
        Role.ROLE_USER, Role.ROLE_ASSISTANT, Role.ROLE_TOOL, Role.ROLE_TOOL,
    ]  # fmt: skip
    assert messages[1].content[0].text == "Let me add."
    assert [call.id for call in messages[1].tool_calls] == ["c1", "c2"]


async def test_the_sdk_parses_what_has_a_form(client, script):
    class Sum(BaseModel):
        total: int

    async def formed():
        yield answer('{"total": 4}')

    script.events = formed
    response = await client.responses.parse(**ASK, text_format=Sum)

    assert response.output_parsed == Sum(total=4)
    assert json.loads(script.request.structured_output.json_schema)["properties"]["total"]["type"] == "integer"
    assert response.text.format.type == "json_schema"


async def test_an_answer_that_was_cut_off_is_incomplete(client, script):
    async def cut():
        yield answer("The answer", stop_reason=StopReason.STOP_REASON_LENGTH)

    script.events = cut
    whole = await client.responses.create(**ASK)
    events = [event async for event in await client.responses.create(**ASK, stream=True)]

    assert (whole.status, whole.incomplete_details.reason) == ("incomplete", "max_output_tokens")
    assert whole.output[0].status == "incomplete"
    assert events[-1].type == "response.incomplete"


async def test_the_sdk_puts_a_stream_together_to_the_same_response(client, script):
    script.events = said_in_pieces
    async with client.responses.stream(**ASK) as stream:
        events = [event async for event in stream]
        final = await stream.get_final_response()

    assert [event.type.removeprefix("response.") for event in events] == [
        "created", "in_progress", "output_item.added", "content_part.added", "output_text.delta",
        "output_text.delta", "output_text.delta", "output_text.done", "content_part.done", "output_item.done",
        "completed",
    ]  # fmt: skip
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert [event.delta for event in events if event.type == "response.output_text.delta"] == [
        "The answer ", "is 4", ".",
    ]  # fmt: skip
    assert events[-4].text == final.output_text == "The answer is 4."
    assert final.usage.output_tokens == 30


async def test_the_search_is_told_as_reasoning_when_asked_for(client, script):
    script.events = said_in_pieces
    async with client.responses.stream(**ASK, reasoning={"summary": "auto"}) as stream:
        events = [event async for event in stream]
    whole = await client.responses.create(**ASK, extra_body={"its": {"progress": True}})

    told = "best-of-n with its-tiny, budget 2 samples\nTwo samples.\n"
    for response in (events[-1].response, whole):
        assert [item.type for item in response.output] == ["reasoning", "message"]
        assert response.output[0].summary[0].text == told
    deltas = [event.delta for event in events if event.type == "response.reasoning_summary_text.delta"]
    assert "".join(deltas) == told
    assert [event.output_index for event in events if event.type == "response.output_item.added"] == [0, 1]


async def test_reasoning_that_was_told_can_be_sent_back_and_is_not_said_to_the_model(client, script):
    script.events = said_in_pieces
    first = await client.responses.create(**ASK, reasoning={"summary": "auto"})
    await client.responses.create(model="its-tiny", input=[*first.output, {"role": "user", "content": "Sure?"}])

    assert [one.role for one in script.request.conversation.messages] == [Role.ROLE_ASSISTANT, Role.ROLE_USER]


async def test_calls_of_functions_arrive_as_events(client, script):
    script.events = calling
    async with client.responses.stream(**ASK, tools=[TOOL]) as stream:
        events = [event async for event in stream]
        final = await stream.get_final_response()

    assert [event.type.removeprefix("response.") for event in events[2:-1]] == [
        "output_item.added", "function_call_arguments.delta", "function_call_arguments.done", "output_item.done",
    ]  # fmt: skip
    assert [(item.type, item.name, item.arguments) for item in final.output] == [("function_call", "add", '{"a":2}')]


async def test_words_and_calls_come_together(client, script):
    async def both():
        yield committed("Let me ")
        yield answer(message=_both())

    script.events = both
    async with client.responses.stream(**ASK, tools=[TOOL]) as stream:
        final = await stream.get_final_response()

    assert [item.type for item in final.output] == ["message", "function_call"]
    assert final.output_text == "Let me add."


def _both():
    return Message(role=Role.ROLE_ASSISTANT, content=[ContentPart(text="Let me add.")], tool_calls=CALLS.tool_calls)


TOKENS = [AnswerToken(text=b"Hi", logprob=-0.5, top=[TopToken(text=b"Ho", logprob=-1.5)])]


async def test_log_probabilities_stand_beside_the_text(client, script):
    async def likely():
        yield answer("Hi", tokens=TOKENS)

    script.events = likely
    asked = {**ASK, "include": ["message.output_text.logprobs"], "top_logprobs": 1}
    whole = await client.responses.create(**asked)
    events = [event async for event in await client.responses.create(**asked, stream=True)]

    done = next(event for event in events if event.type == "response.output_text.done")
    for logprobs in (whole.output[0].content[0].logprobs, done.logprobs):
        assert [(one.token, one.logprob, one.top_logprobs[0].token) for one in logprobs] == [("Hi", -0.5, "Ho")]
    assert (script.request.logprobs.top, script.request.logprobs.texts) == (1, True)


async def test_an_answer_without_the_form_that_was_asked_for_is_a_refusal(client, script):
    async def refusing():
        yield answer("", refusal="No candidate had the form.")

    script.events = refusing
    whole = await client.responses.create(**ASK)
    async with client.responses.stream(**ASK) as stream:
        events = [event async for event in stream]

    assert whole.output[0].content[0].refusal == "No candidate had the form."
    assert [event.type for event in events if "refusal" in event.type] == [
        "response.refusal.delta", "response.refusal.done",
    ]  # fmt: skip
    assert events[-1].response.output[0].content[0].type == "refusal"


async def test_one_call_is_made_where_several_were_not_wanted(client, script):
    async def twice():
        yield answer(message=Message(role=Role.ROLE_ASSISTANT, tool_calls=[*CALLS.tool_calls, *CALLS.tool_calls]))

    script.events = twice
    several = await client.responses.create(**ASK, tools=[TOOL])
    one = await client.responses.create(**ASK, tools=[TOOL], parallel_tool_calls=False)

    assert (len(several.output), len(one.output)) == (2, 1)


async def test_an_error_before_anything_was_said_is_a_status(gateway, script):
    async def refused():
        yield started()
        raise InvalidRequest.field("conversation.messages", "too long")

    script.events = refused
    url = await gateway(status_seconds=60)
    async with openai.AsyncOpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0) as client:
        for stream in (True, False):
            with pytest.raises(openai.BadRequestError, match="input: too long") as error:
                await client.responses.create(**ASK, stream=stream)
            assert error.value.param == "input"


async def test_what_is_wrong_with_a_schema_is_named_by_its_place(client, script):
    async def refused():
        raise InvalidRequest.field("structured_output.json_schema.properties.a.type", "'integre' is no type")
        yield

    script.events = refused
    form = {"type": "json_schema", "name": "x", "schema": {"properties": {"a": {"type": "integre"}}}}
    with pytest.raises(openai.BadRequestError, match="'integre' is no type") as error:
        await client.responses.create(**ASK, text={"format": form})

    assert error.value.param == "text.format.schema.properties.a.type"


async def test_an_error_in_the_middle_is_a_failed_response(client, script):
    async def broken():
        yield committed("The ans")
        raise Unavailable("generator: it is gone")

    script.events = broken
    events = [event async for event in await client.responses.create(**ASK, stream=True)]

    assert events[-1].type == "response.failed"
    assert events[-1].response.error.code == "server_error"
    assert events[-1].response.error.message == "generator: it is gone"


async def test_words_that_were_taken_back_are_a_failure_and_not_an_answer(client, script):
    async def fickle():
        yield committed("The answer is 5")
        yield answer("The answer is 4")

    script.events = fickle
    events = [event async for event in await client.responses.create(**ASK, stream=True)]

    assert events[-1].type == "response.failed"


REFUSED = [
    ({"input": []}, "input"),
    ({"input": [{"type": "item_reference", "id": "x"}]}, "input[0].type"),
    ({"input": [{"role": "user"}]}, "input[0]"),
    ({"input": [{"role": "tool", "content": "x"}]}, "input[0].role"),
    ({"input": [{"type": "function_call", "name": "f"}]}, "input[0]"),
    ({"input": [{"type": "function_call_output", "call_id": "c", "output": "4", "name": "f"}]}, "input[0]"),
    ({"input": [{"role": "user", "content": [{"type": "input_image"}]}]}, "input[0].content[0].type"),
    ({"instructions": 5}, "instructions"),
    ({"tools": [{"type": "web_search"}]}, "tools[0].type"),
    ({"tools": [{"type": "function", "name": "f", "strict": 1}]}, "tools[0].strict"),
    ({"tool_choice": {"type": "function"}}, "tool_choice"),
    ({"tool_choice": {"type": "function", "name": "f"}}, "tool_choice"),
    ({"tool_choice": {"type": "allowed_tools", "mode": "auto"}}, "tool_choice"),
    ({"text": {"format": {"type": "json_schema"}}}, "text.format"),
    ({"text": {"verbosity": "low"}}, "text.verbosity"),
    ({"reasoning": {"effort": "high"}}, "reasoning.effort"),
    ({"max_output_tokens": 0}, "max_output_tokens"),
    ({"temperature": 11}, "temperature"),
    ({"store": True}, "store"),
    ({"previous_response_id": "resp_1"}, "previous_response_id"),
    ({"conversation": "conv_1"}, "conversation"),
    ({"background": True}, "background"),
    ({"truncation": "auto"}, "truncation"),
    ({"include": ["file_search_call.results"]}, "include[0]"),
    ({"stream_options": {}}, "stream_options"),
    ({"max_tool_calls": 3}, "max_tool_calls"),
    ({"prompt": {"id": "p"}}, "prompt"),
    ({"budget": 0}, "budget"),
    ({"model": ""}, "model"),
]


@pytest.mark.parametrize(("change", "param"), REFUSED, ids=[str(change)[:60] for change, _ in REFUSED])
async def test_what_can_not_be_honoured_is_refused_by_name(http, change, param):
    response = await http.post("/v1/responses", json={**ASK, **change})

    assert response.status_code == 400, response.text
    assert response.json()["error"]["param"] == param


def test_every_field_of_the_sdk_is_honoured_or_refused_with_what_to_do_instead():
    assert {*ResponseCreateParamsBase.__annotations__} <= {*ResponseRequest.model_fields}
