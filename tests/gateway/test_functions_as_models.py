"""Functions are models of `/v1/chat/completions`, and `/generate` runs the workflow."""

import json

import httpx
import openai
import pytest
from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.struct_pb2 import Value

from its.orchestrator.v1.answer_pb2 import Ledger, StoppedBy
from its.orchestrator.v1.event_pb2 import RunStarted, SolveEvent
from its.orchestrator.v1.listing_pb2 import FunctionInfo
from its.orchestrator.v1.orchestrator_pb2 import Detail, FunctionOutput, RunFunctionResponse
from its.orchestrator.v1.stage_pb2 import Item, StageEnded
from its_gateway import keys
from its_runtime.errors import NotFound, Unmet

ASKED = [{"role": "user", "content": "Why?"}]
STAGE = StageEnded(turn_id="0", stage="scoring", strategy="s", items=[Item(text="a plan", score=7)])


def value(plain):
    return ParseDict(plain, Value())


def output(plain):
    ledger = Ledger(samples=3, prompt_tokens=20, completion_tokens=30, answer_tokens=12)
    stopped = StoppedBy.STOPPED_BY_COMPLETED
    return RunFunctionResponse(
        output=FunctionOutput(value=value(plain), ledger=ledger, trace_id="t", seed=7, stopped_by=stopped)
    )


@pytest.fixture
def runs(script):
    """Makes the workflow tell these things; an exception among them is raised."""

    def make(*told):
        async def happen():
            yield RunFunctionResponse(event=SolveEvent(trace_id="t", started=RunStarted(algorithm="workflow")))
            for one in told:
                if isinstance(one, Exception):
                    raise one
                yield one

        script.runs = happen
        script.functions = [
            FunctionInfo(name="workflow", type="made", description="Does it.", input_json_schema='{"type":"string"}'),
        ]

    return make


def chunk(plain):
    return RunFunctionResponse(chunk=value(plain))


async def test_functions_are_listed_beside_profiles(client, runs):
    runs()

    model = await client.models.retrieve("workflow")

    assert model.model_extra["its"]["input"] == {"type": "string"}
    assert model.model_extra["its"]["summary"] == "Does it."
    assert "its-tiny" in [one.id for one in (await client.models.list()).data]


async def test_a_function_answers_as_a_model_with_its_true_usage(client, script, runs):
    runs(output("Because."))

    answer = await client.chat.completions.create(
        model="workflow", messages=ASKED, seed=5, extra_body={"budget": {"tokens": 99}}
    )

    assert answer.choices[0].message.content == "Because."
    assert (answer.usage.completion_tokens, answer.usage.prompt_tokens) == (30, 20)
    (called,) = script.called
    assert called.conversation.messages[0].content[0].text == "Why?"
    assert (called.function, called.seed, called.budget.tokens) == ("workflow", 5, 99)
    assert not script.asked


async def test_whole_numbers_come_out_whole(http, runs):
    runs(output({"people": 128000, "share": 0.5}))

    assert '"people":128000' in (await http.post("/generate", json="Ulm?")).text


async def test_what_is_no_text_is_said_as_json(client, runs):
    runs(output({"risk": "high"}))

    answer = await client.chat.completions.create(model="workflow", messages=ASKED)

    assert json.loads(answer.choices[0].message.content) == {"risk": "high"}


async def test_pieces_stream_as_they_come_and_are_said_once(client, runs):
    runs(chunk("Be"), chunk("cause"), output("Because"))

    stream = await client.chat.completions.create(model="workflow", messages=ASKED, stream=True)

    said = [one.choices[0].delta.content async for one in stream if one.choices]
    assert [one for one in said if one] == ["Be", "cause"]


async def test_what_a_function_can_not_honour_is_refused_by_name(client, runs):
    runs(output("Because."))

    with pytest.raises(openai.BadRequestError, match="temperature: 'workflow' is a function") as refused:
        await client.chat.completions.create(model="workflow", messages=ASKED, temperature=0.5)

    assert refused.value.param == "temperature"


async def test_other_models_still_go_to_the_search(client, script, runs):
    runs(output("Because."))

    await client.chat.completions.create(model="its-tiny", messages=ASKED)

    assert (len(script.asked), len(script.called)) == (1, 0)


@pytest.mark.parametrize("given", ["Why?", {"input_message": "Why?"}, [1, None, {"a": 2.5}]])
async def test_generate_hands_the_body_to_the_workflow(http, script, runs, given):
    runs(output({"risk": "high"}))

    answer = await http.post("/generate", json=given)

    assert (answer.status_code, answer.json()) == (200, {"value": {"risk": "high"}})
    assert MessageToDict(script.called[0].input) == given
    assert script.called[0].detail == Detail.DETAIL_UNSPECIFIED


async def test_generate_spends_what_its_header_allows(http, script, runs):
    runs(output("x"))

    await http.post("/generate", json="Why?", headers={"X-ITS-Budget": '{"tokens": 50}'})

    assert script.called[0].budget.tokens == 50


async def test_generate_streams_values_and_what_happens_on_the_way(http, runs):
    runs(
        RunFunctionResponse(event=SolveEvent(trace_id="t", stage_ended=STAGE)), chunk("Be"), chunk("cause"), output("")
    )

    lines = (await http.post("/generate/stream", json="Why?")).text.split("\n\n")

    steps = [json.loads(one.removeprefix("intermediate_data: ")) for one in lines if one.startswith("intermediate")]
    values = [json.loads(one.removeprefix("data: ")) for one in lines if one.startswith("data")]
    assert steps[0]["payload"] == "workflow, budget unlimited\n"
    assert (steps[-1]["name"], steps[-1]["payload"]) == ("scoring: s", "1. (7) a plan")
    assert values == [{"value": "Be"}, {"value": "cause"}]


async def test_generate_streams_the_whole_where_the_workflow_does_not_stream(http, runs):
    runs(output({"risk": "high"}))

    text = (await http.post("/generate/stream", json="Why?")).text

    assert 'data: {"value":{"risk":"high"}}\n\n' in text


async def test_without_a_workflow_generate_says_what_is_missing(http, runs):
    runs(NotFound("function: there is no function called 'workflow'"))

    answer = await http.post("/generate", json="Why?")

    assert answer.status_code == 404
    assert "no function called 'workflow'" in answer.json()["error"]["message"]


async def test_an_error_is_never_a_value(http, runs):
    runs(chunk("Be"), Unmet("none of 3 executions succeeded"))

    text = (await http.post("/generate/stream", json="Why?")).text

    assert '"error"' in text.split("\n\n")[-2]
    assert "none of 3" not in text.split('"error"')[0]


@pytest.mark.parametrize("body", ["", "{", str(2**60)])
async def test_a_body_that_can_not_be_handed_on_is_refused(http, script, runs, body):
    runs(output("x"))

    answer = await http.post("/generate", content=body)

    assert answer.status_code == 400
    assert not script.called


async def test_a_key_runs_the_workflow_as_its_tenant_where_it_may_use_it(gateway, script, runs, tmp_path):
    runs(output("x"))
    tokens = {name: keys.new_token() for name in ("may", "may not")}
    models = {"may": ("workflow",), "may not": ("its-tiny",)}
    ring = tmp_path / "keys.json"
    made = {
        name: keys.Key(sha256=keys.digest(token), models=models[name], priority=3) for name, token in tokens.items()
    }
    keys.change(ring, lambda known: known.update(made))
    async with httpx.AsyncClient(base_url=await gateway(keys=ring)) as http:
        answers = {
            name: await http.post("/generate", json="Why?", headers={"authorization": f"Bearer {token}"})
            for name, token in tokens.items()
        }

    assert {name: one.status_code for name, one in answers.items()} == {"may": 200, "may not": 404}
    assert [(one.tenant, one.priority) for one in script.called] == [(made["may"].id, 3)]
