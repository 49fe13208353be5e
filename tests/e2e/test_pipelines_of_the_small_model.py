"""Functions of an its.yaml in four real processes, with the small model where a small model will do."""

import json
from collections.abc import Callable, Generator
from typing import Any

import grpc
import pytest
from google.protobuf import json_format, struct_pb2

from its.chat.v1 import chat_pb2 as chat
from its.orchestrator.v1 import orchestrator_pb2 as pb
from its.orchestrator.v1.orchestrator_pb2_grpc import OrchestratorServiceStub

QUESTION = "What is (7-6+8)*5?"
FILE = """
llms:
  tiny: {_type: its, temperature: 0.8, max_tokens: 120}
its_strategies:
  rewards: {_type: reward_model_scoring}
  best: {_type: best_of_n_selection}
  votes: {_type: self_consistency_selection}
functions:
  ask: {_type: chat_completion, llm_name: tiny}
  rewarded: {_type: execute_score_select_function, augmented_fn: ask, scorer: rewards, selector: best}
workflow: {_type: execute_score_select_function, augmented_fn: ask, selector: votes, num_executions: 5}
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory) -> str:
    path = tmp_path_factory.mktemp("pipelines") / "its.yaml"
    path.write_text(FILE)
    return str(path)


@pytest.fixture(scope="module")
def system(started: Callable[..., Any], file: str) -> Generator[Any]:
    with started("--config", file) as running:
        running.until("its: ready")
        yield running


@pytest.fixture
def stub(system) -> Generator[OrchestratorServiceStub]:
    with grpc.insecure_channel(system.orchestrator) as channel:
        yield OrchestratorServiceStub(channel)


def ran(stub: OrchestratorServiceStub, function: str, seed: int = 7) -> pb.FunctionOutput:
    asked = struct_pb2.Value(string_value=QUESTION)
    request = pb.RunFunctionRequest(request_id="e2e", function=function, input=asked, seed=seed)
    return list(stub.RunFunction(request, timeout=60))[-1].output


def test_what_most_executions_come_to_is_right(stub):
    output = ran(stub, "workflow")

    assert r"\boxed{45}" in output.value.string_value
    assert output.ledger.samples == output.ledger.generator_calls == 5


def test_the_same_seed_gives_the_same_result(stub):
    assert ran(stub, "workflow").value == ran(stub, "workflow").value


def test_the_reward_model_chooses_among_executions(stub):
    output = ran(stub, "rewarded")

    assert output.ledger.reward_tokens > 0
    assert output.value.string_value


def test_an_algorithm_is_the_search_of_a_pipeline(stub):
    asked = chat.Conversation(messages=[chat.Message(role=chat.ROLE_USER, content=[chat.ContentPart(text=QUESTION)])])
    config = struct_pb2.Struct()
    config.update({"samples": 4})
    stages = [
        pb.PipelineStage(type="particle-filtering", config=config),
        pb.PipelineStage(type="self_consistency_selection"),
    ]

    *_, last = stub.RunPipeline(pb.RunPipelineRequest(request_id="e2e", stages=stages, conversation=asked), timeout=60)

    (item,) = json_format.MessageToDict(last.output.value)
    assert item["metadata"]["algorithm"] == "particle-filtering"
    assert [one["stage"] for one in item["lineage"]] == ["search", "selection"]


def test_the_command_runs_functions_on_services_that_run(system, shell, file):
    where = [f"orchestrator.generator=127.0.0.1:{system.base + 1}", f"orchestrator.reward=127.0.0.1:{system.base + 2}"]
    overrides = [word for one in where for word in ("--override", one)]

    done = shell("run", "--config", file, "--input", QUESTION, "--json", "--seed", "7", *overrides)

    assert done.returncode == 0, done.stderr
    assert r"\boxed{45}" in json.loads(done.stdout)["value"]
