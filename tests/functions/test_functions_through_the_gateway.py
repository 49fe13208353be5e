"""The workflow of an its.yaml, asked through a real gateway in front of a real orchestrator."""

import json
from contextlib import AsyncExitStack

import httpx
import openai
import pytest

from its.orchestrator.v1.orchestrator_pb2_grpc import add_OrchestratorServiceServicer_to_server
from its_gateway.app import create_app
from its_gateway.orchestrator import open_orchestrator
from its_gateway.serving import serving as serving_gateway
from its_gateway.settings import Settings as GatewaySettings
from its_orchestrator.__main__ import SERVICE, servicer
from its_orchestrator.components.supplies import supplies
from its_orchestrator.settings import Settings
from its_orchestrator.testing import World
from its_orchestrator.workflows.blueprint import Drawing
from its_runtime.server import new_server, serving

ASKED = [{"role": "user", "content": "How risky?"}]


@pytest.fixture
async def gateway(script):
    """Serves these sections behind a gateway; returns its URL."""
    async with AsyncExitStack() as stack:

        async def start(**sections) -> str:
            settings, engines = Settings(port=0, grace_seconds=0), World(["\\boxed{4}"]).engines
            server, enter = new_server(settings), stack.enter_async_context
            supplied = await enter(supplies(engines))
            llms = {"a": {"_type": "scripted", "script": script}}
            blueprint = Drawing().read({"llms": llms, **sections})
            add_OrchestratorServiceServicer_to_server(servicer(settings, engines, blueprint, supplied), server)
            port = await enter(serving(server, settings, SERVICE))
            orchestrator = await enter(open_orchestrator(f"127.0.0.1:{port}"))
            outside = GatewaySettings(port=0, orchestrator=f"127.0.0.1:{port}", grace_seconds=1)
            return f"http://127.0.0.1:{await enter(serving_gateway(create_app(outside, orchestrator), outside))}"

        yield start


def voting(says: list[str]) -> dict:
    return {
        "functions": {"risks": {"_type": "test_risks", "says": says}},
        "its_strategies": {"votes": {"_type": "majority_voting_selection"}},
        "workflow": {"_type": "execute_then_select_function", "augmented_fn": "risks", "selector": "votes"},
    }


async def test_generate_returns_the_selected_result_in_its_own_type(gateway):
    async with httpx.AsyncClient(base_url=await gateway(**voting(["low", "high", "high"]))) as http:
        answer = await http.post("/generate", json={"input_message": "How risky?"})
        listed = (await http.get("/v1/models")).json()["data"]

    assert answer.json() == {"value": {"risk": "high", "reasons": []}}
    assert {"workflow", "risks"} <= {one["id"] for one in listed}


async def test_functions_of_groups_are_tools_and_no_models(gateway):
    kit = {"function_groups": {"kit": {"_type": "test_kit"}}, "workflow": {"_type": "test_echo"}}
    async with httpx.AsyncClient(base_url=await gateway(**kit)) as http:
        listed = {one["id"] for one in (await http.get("/v1/models")).json()["data"]}

    assert "workflow" in listed
    assert not any(one.startswith("kit") for one in listed)


async def test_generate_streams_the_stages_on_the_way(gateway):
    async with httpx.AsyncClient(base_url=await gateway(**voting(["low", "high", "high"]))) as http:
        text = (await http.post("/generate/stream", json="How risky?")).text

    steps = [json.loads(one.removeprefix("intermediate_data: ")) for one in text.split("\n\n") if "intermediate" in one]
    assert [one["name"] for one in steps][-2:] == ["search: executions", "selection: majority_voting_selection"]
    assert json.loads(text.split("\n\n")[-2].removeprefix("data: ")) == {"value": {"risk": "high", "reasons": []}}


async def test_where_every_run_fails_there_is_an_error_and_no_value(gateway):
    async with httpx.AsyncClient(base_url=await gateway(**voting(["fail", "fail", "fail"]))) as http:
        answer = await http.post("/generate", json="How risky?")

    assert answer.status_code == 503
    assert "the scanner is down" in answer.json()["error"]["message"]


async def test_a_workflow_is_a_model_of_chat_completions_that_streams_as_its_function_does(gateway):
    echo = {"workflow": {"_type": "test_echo", "streams": True}}
    async with openai.AsyncOpenAI(base_url=f"{await gateway(**echo)}/v1", api_key="none", max_retries=0) as client:
        stream = await client.chat.completions.create(model="workflow", messages=ASKED, stream=True)
        said = [one.choices[0].delta.content async for one in stream if one.choices]
        whole = await client.chat.completions.create(model="workflow", messages=ASKED)

    assert [one for one in said if one] == ["How", "risky?"]
    assert whole.choices[0].message.content == "Howrisky?"
