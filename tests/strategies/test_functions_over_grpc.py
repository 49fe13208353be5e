"""Functions and pipelines over real gRPC: what is told on the way, what comes out, what it cost, what is kept."""

import asyncio
from contextlib import asynccontextmanager

import grpc
import pytest
from google.protobuf import json_format, struct_pb2

from its.chat.v1 import chat_pb2 as chat
from its.orchestrator.v1 import answer_pb2, stage_pb2
from its.orchestrator.v1 import orchestrator_pb2 as pb
from its.orchestrator.v1.orchestrator_pb2_grpc import (
    OrchestratorServiceStub,
    add_OrchestratorServiceServicer_to_server,
)
from its_orchestrator.__main__ import SERVICE, servicer
from its_orchestrator.components.supplies import supplies
from its_orchestrator.settings import Settings
from its_orchestrator.testing import Fault, Script, World
from its_orchestrator.workflows.blueprint import Drawing
from its_runtime.channel import open_channel
from its_runtime.errors import Unavailable
from its_runtime.server import new_server, serving

CHAT = {"_type": "chat_completion", "llm_name": "a"}


def values(script: Script) -> dict:
    return {
        "llms": {"a": {"_type": "scripted", "script": script}},
        "its_strategies": {
            "scorer": {"_type": "llm_based_agent_scoring", "scoring_llm": "a"},
            "selector": {"_type": "best_of_n_selection"},
        },
        "functions": {
            "ask": {"_type": "chat_completion", "llm_name": "a", "description": "Answers."},
            "qa": {
                "_type": "execute_score_select_function",
                "augmented_fn": "ask",
                "scorer": "scorer",
                "selector": "selector",
                "num_executions": 3,
            },
        },
    }


def says(asked: str, number: int) -> str:
    return (
        f"FINAL SCORE: {asked.count('answer') + 2 * asked.count('answer 1')}"
        if "Score" in asked
        else f"answer {number}"
    )


@asynccontextmanager
async def orchestrator(blueprint, engines):
    settings = Settings(port=0, grace_seconds=0)
    server = new_server(settings)
    async with supplies(engines) as supplied:
        add_OrchestratorServiceServicer_to_server(servicer(settings, engines, blueprint, supplied), server)
        async with serving(server, settings, SERVICE) as port, open_channel(f"127.0.0.1:{port}") as channel:
            yield OrchestratorServiceStub(channel)


@pytest.fixture
def script() -> Script:
    return Script(says)


@pytest.fixture
async def stub(script):
    async with orchestrator(Drawing().read(values(script)), World(["4", "5"], judge=len).engines) as one:
        yield one


def function(name: str, value=None, **fields) -> pb.RunFunctionRequest:
    given = json_format.ParseDict(value, struct_pb2.Value())
    return pb.RunFunctionRequest(request_id="r", function=name, input=given, **fields)


def pipeline(*stages: dict, **fields) -> pb.RunPipelineRequest:
    asked = chat.Conversation(messages=[chat.Message(role=chat.ROLE_USER, content=[chat.ContentPart(text="2+2?")])])
    made = []
    for stage in stages:
        config = struct_pb2.Struct()
        config.update({key: value for key, value in stage.items() if key != "type"})
        made.append(pb.PipelineStage(type=stage["type"], config=config))
    return pb.RunPipelineRequest(request_id="r", stages=made, conversation=asked, **fields)


async def heard(call) -> list:
    return [message async for message in call]


async def test_the_best_of_three_executions_comes_out_with_what_it_cost(stub, script):
    (last,) = await heard(stub.RunFunction(function("qa", "Why?")))

    output = last.output
    assert output.value.string_value == "answer 1"
    assert (output.ledger.samples, output.ledger.completion_tokens) == (6, 3 * 2 + 3 * 3)
    assert output.ledger.completion_tokens == output.ledger.answer_tokens + output.ledger.discarded_tokens
    assert output.stopped_by == answer_pb2.STOPPED_BY_COMPLETED


async def test_what_came_of_what_succeeded_says_that_the_rest_failed(stub, script):
    def fails(asked: str, number: int) -> str:
        if number == 0:
            raise Unavailable("this script fails")
        return says(asked, number)

    script.says = fails

    (last,) = await heard(stub.RunFunction(function("qa", "Why?")))

    assert last.output.value.string_value == "answer 1"
    assert last.output.stopped_by == answer_pb2.STOPPED_BY_FAILURES


async def test_every_stage_and_candidate_is_told_and_kept(stub):
    *told, last = await heard(stub.RunFunction(function("qa", "Why?", detail=pb.DETAIL_ALL)))

    kinds = [one.event.WhichOneof("kind") for one in told]
    assert kinds[0] == "started"
    assert kinds.count("stage_started") == kinds.count("stage_ended") == 3
    assert kinds.count("attempt_started") == kinds.count("attempt_ended") == 6
    ended = [one.event.stage_ended for one in told if one.event.WhichOneof("kind") == "stage_ended"]
    assert [one.stage for one in ended] == ["search", "scoring", "selection"]
    assert isinstance(ended[-1].items[0], stage_pb2.Item)
    assert ended[-1].items[0].text == "answer 1"
    kept = await stub.GetTrace(pb.GetTraceRequest(trace_id=last.output.trace_id))
    assert [one.WhichOneof("kind") for one in kept.events] == kinds


async def test_progress_tells_stages_but_not_candidates(stub):
    *told, _ = await heard(stub.RunFunction(function("qa", "Why?", detail=pb.DETAIL_PROGRESS)))

    assert {one.event.WhichOneof("kind") for one in told} == {"started", "stage_started", "stage_ended"}


async def test_the_same_seed_asks_the_same(stub, script):
    seeds = []
    for seed in (3, 3, 4):
        script.asked.clear()
        script.seeds.clear()
        await heard(stub.RunFunction(function("ask", "Why?", seed=seed)))
        seeds.append(tuple(script.seeds))

    assert seeds[0] == seeds[1] != seeds[2]


async def test_a_function_that_does_not_exist_is_refused_with_the_nearest(stub):
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await heard(stub.RunFunction(function("aks", "Why?")))

    assert refused.value.code() is grpc.StatusCode.NOT_FOUND
    assert "there is no function called 'aks'; did you mean 'ask'?" in refused.value.details()


async def test_an_input_of_the_wrong_type_is_refused(stub, script):
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await heard(stub.RunFunction(function("ask", {"no": "text"})))

    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert not script.asked


async def test_the_text_of_a_conversation_is_the_input_of_a_function_of_text(stub, script):
    asked = chat.Conversation(messages=[chat.Message(role=chat.ROLE_USER, content=[chat.ContentPart(text="Why?")])])

    await heard(stub.RunFunction(pb.RunFunctionRequest(request_id="r", function="ask", conversation=asked)))

    assert script.asked == ["Why?"]


async def test_a_message_in_an_object_is_the_input_of_a_function_of_text(stub, script):
    await heard(stub.RunFunction(function("ask", {"input_message": "Why?"})))

    assert script.asked == ["Why?"]


async def test_a_function_of_text_says_how_to_send_one_where_there_is_none(stub, script):
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await heard(stub.RunFunction(function("ask", {"input": "Why?"})))

    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert 'this is an object with input: send "..." or {"input_message": "..."}' in refused.value.details()
    assert not script.asked


async def test_a_pipeline_of_a_request_searches_and_selects(stub):
    request = pipeline({"type": "best-of-n", "samples": 3}, {"type": "best_of_n_selection"}, seed=1)

    *_, last = await heard(stub.RunPipeline(request))

    (item,) = json_format.MessageToDict(last.output.value)
    assert item["output"] in {"4", "5"}
    assert [one["stage"] for one in item["lineage"]] == ["search", "selection"]


async def test_a_search_that_starts_from_a_query_takes_the_conversation_as_one(stub, script):
    script.says = lambda asked, number: "rewritten"

    (last,) = await heard(stub.RunPipeline(pipeline({"type": "multi_query_retrieval_search", "llms": ["a"]})))

    assert [one["output"] for one in json_format.MessageToDict(last.output.value)] == ["2+2?", "rewritten"]


@pytest.mark.parametrize(
    ("stages", "words"),
    [
        ([{"type": "best_of_n_selectoin"}], "did you mean"),
        ([{"type": "self-consistency", "samples": 0}], "greater than or equal to 1"),
        ([{"type": "self-consistency"}, {"type": "best_of_n_selection"}], "no scorer stands before it"),
        ([{"type": "llm_based_plan_scoring", "scoring_llm": "b"}], "there is no LLM called 'b'"),
        ([{"type": "majority_voting_selection"}], "stages[0]: selection works on candidates; put a search before it"),
    ],
)
async def test_a_pipeline_that_can_not_be_run_is_explained(stub, stages, words):
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await heard(stub.RunPipeline(pipeline(*stages)))

    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert words in refused.value.details()


async def test_strategies_are_listed_by_stage_with_their_fields(stub):
    listed = (await stub.ListStrategies(pb.ListStrategiesRequest())).strategies

    threshold = next(one for one in listed if one.type == "threshold_selection")
    assert (threshold.stage, "tool_use" in threshold.pipelines) == ("selection", True)
    assert '"threshold"' in threshold.config_json_schema
    assert [one.stage for one in listed] == sorted(
        (one.stage for one in listed), key=["search", "editing", "scoring", "selection"].index
    )


async def test_functions_are_listed_with_what_goes_in_and_comes_out(stub):
    listed = (await stub.ListFunctions(pb.ListFunctionsRequest())).functions

    assert [(one.name, one.type, one.description) for one in listed] == [
        ("ask", "chat_completion", "Answers."),
        ("qa", "execute_score_select_function", "Answers."),
    ]
    assert '"string"' in listed[0].input_json_schema


async def holds(true) -> None:
    while not true():  # noqa: ASYNC110  (a world has no event for it)
        await asyncio.sleep(0)


async def test_a_client_that_leaves_stops_the_engines_work():
    world = World(["4"], faults=dict.fromkeys(range(9), Fault.STALLS))
    blueprint = Drawing().read({"llms": {"a": {"_type": "its"}}, "functions": {"ask": CHAT}})
    async with orchestrator(blueprint, world.engines) as stub:
        call = stub.RunFunction(function("ask", "Why?", detail=pb.DETAIL_PROGRESS))
        await anext(aiter(call))
        await holds(lambda: world.generator.running)
        call.cancel()
        await holds(lambda: world.quiet)


async def test_a_deadline_ends_a_run_before_the_client_gives_up():
    world = World(["4"], faults=dict.fromkeys(range(9), Fault.STALLS))
    blueprint = Drawing().read({"llms": {"a": {"_type": "its"}}, "functions": {"ask": CHAT}})
    async with orchestrator(blueprint, world.engines) as stub:
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await heard(stub.RunFunction(function("ask", "Why?"), timeout=1))

    assert "budget of seconds" in refused.value.details()


async def test_engines_are_told_for_whom_a_function_asks_and_how_much_that_weighs():
    world = World(["4", "5"], judge=len)
    blueprint = Drawing().read({"llms": {"a": {"_type": "its"}}, "functions": {"ask": CHAT}})
    share = {"tenant": "ours", "priority": 7}
    async with orchestrator(blueprint, world.engines) as stub:
        await heard(stub.RunFunction(function("ask", "Why?", **share)))
        await heard(stub.RunPipeline(pipeline({"type": "best-of-n", "samples": 2}, **share)))

    asked = [one.flow for one in (*world.generator.generations, *world.reward.scorings)]
    assert len(asked) >= 3
    assert {(one.tenant, one.priority) for one in asked} == {("ours", 7)}


async def test_a_trace_is_its_tenants_alone(stub):
    (last,) = await heard(stub.RunFunction(function("ask", "Why?", tenant="ours")))

    await stub.GetTrace(pb.GetTraceRequest(trace_id=last.output.trace_id, tenant="ours"))
    with pytest.raises(grpc.aio.AioRpcError):
        await stub.GetTrace(pb.GetTraceRequest(trace_id=last.output.trace_id, tenant="theirs"))


async def test_names_of_functions_are_told_without_building_any(script):
    kit = {"_type": "mcp_client", "server": {"transport": "streamable-http", "url": "http://127.0.0.1:9/mcp"}}
    sections = values(script)
    blueprint = Drawing().read({**sections, "function_groups": {"kit": kit}})
    async with orchestrator(blueprint, World(["4"]).engines) as stub:
        named = (await stub.ListFunctions(pb.ListFunctionsRequest(names_only=True))).functions
        listed = (await stub.ListFunctions(pb.ListFunctionsRequest())).functions

    assert [(one.name, one.type) for one in named] == [("ask", ""), ("qa", "")]
    assert [one.name for one in listed] == ["ask", "qa"]
