"""Four real processes answer: the SDK, the command, and a stranger that has only reflection."""

import json
from collections.abc import Mapping
from typing import Any

import grpc
import openai
import psutil
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

QUESTION = "Anna has 3 apples. Ben gives Anna 4 apples. How many apples does Anna have now?"
MESSAGES: Any = [{"role": "user", "content": QUESTION}]
MANY: Any = {"budget": 1000, "its": {"progress": True}}
ALL_OF_IT = 2.5
"""Seconds of the processor that MANY takes when it is finished."""
SERVICE = "its.orchestrator.v1.OrchestratorService"
ALGORITHMS = {"beam-search", "best-of-n", "particle-filtering", "self-consistency"}


def test_the_sdk_gets_an_answer_that_was_chosen_among_eight(client: openai.OpenAI):
    answer = client.chat.completions.create(model="its-tiny", messages=MESSAGES, seed=7, extra_body={"budget": 8})
    its: dict[str, Any] = answer.model_extra["its"] if answer.model_extra else {}

    chosen = [candidate for candidate in its["candidates"] if candidate["chosen"]]
    assert len(its["candidates"]) == 8
    assert [candidate["text"] for candidate in chosen] == [answer.choices[0].message.content]
    assert answer.usage
    assert answer.usage.completion_tokens == sum(one["completion_tokens"] for one in its["candidates"])


def test_a_stream_says_the_same_as_the_whole_answer(client: openai.OpenAI):
    asked: dict[str, Any] = {"model": "its-tiny", "messages": MESSAGES, "seed": 7, "extra_body": {"budget": 8}}
    whole = client.chat.completions.create(**asked)
    with client.chat.completions.create(**asked, stream=True) as stream:
        chunks = list(stream)

    assert len(chunks) > 1
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert text == whole.choices[0].message.content
    assert chunks[-1].choices[0].finish_reason == whole.choices[0].finish_reason


def test_the_same_seed_asked_twice_gives_the_same_answer(up: Any, its: Any, shell: Any):
    ask = ("ask", "--json", "--algorithm", "particle-filtering", "--budget", "8", "--seed", "7", "--url", up.url)
    first, second = shell(*ask, QUESTION), its(*ask, QUESTION)

    assert (first.returncode, second.exit_code) == (0, 0), first.stderr + second.stderr
    one, two = json.loads(first.stdout), json.loads(second.stdout)
    assert one["its"]["algorithm"] == "particle-filtering"
    assert one["choices"] == two["choices"]
    assert _comparable(one["its"]) == _comparable(two["its"])


def test_asking_prints_the_answer_alone_and_its_story_beside_it(up: Any, its: Any):
    whole = json.loads(its("ask", "--json", "--budget", "4", "--seed", "3", "--url", up.url, QUESTION).stdout)
    asked = its("ask", "--stream", "--budget", "4", "--seed", "3", "--url", up.url, QUESTION)

    assert asked.stdout == whole["choices"][0]["message"]["content"] + "\n"
    assert "4 candidates, seed 3" in asked.stderr
    assert "stopped by: completed" in asked.stderr


def test_a_refused_request_is_one_line_and_its_own_exit_status(up: Any, its: Any):
    asked = its("ask", "--algorithm", "guessing", "--url", up.url, QUESTION)

    assert (asked.exit_code, asked.stdout) == (2, "")
    assert asked.stderr.count("\n") == 1
    assert set(asked.stderr.replace(",", "").split()) >= ALGORITHMS


def test_a_client_with_nothing_but_reflection_lists_algorithms_and_solves(up: Any):
    with grpc.insecure_channel(up.orchestrator) as channel:
        stranger = Stranger(channel)
        listed = stranger.call("ListAlgorithms", {})
        prompt = {"messages": [{"role": "ROLE_USER", "content": [{"text": QUESTION}]}]}
        events = stranger.call("Solve", {"request_id": "stranger", "conversation": prompt, "budget": {"samples": 2}})

    assert {algorithm.name for algorithm in listed[0].algorithms} >= ALGORITHMS
    answer = events[-1].event.answer
    assert len(answer.candidates) == 2
    assert answer.ledger.completion_tokens == sum(one.completion_tokens for one in answer.candidates)


def test_a_client_that_leaves_stops_the_engines_work(up: Any, client: Any, until: Any):
    generator = up.services()["generator"]
    before = _work(generator)
    stream = client.chat.completions.create(model="its-tiny", messages=MESSAGES, stream=True, extra_body=MANY)
    next(chunk for chunk in stream if "budget 1000" in str(chunk))
    assert until(lambda: _work(generator) > before + 0.1, lambda: generator.cpu_percent(0.02))
    stream.close()

    assert until(lambda: generator.cpu_percent(0.3) < 5, lambda: None)
    assert _work(generator) < before + ALL_OF_IT / 2


class Stranger:
    """A client that learns the service from the server."""

    def __init__(self, channel: grpc.Channel) -> None:
        self._channel = channel
        pool = DescriptorPool(ProtoReflectionDescriptorDatabase(channel))
        self._service = pool.FindServiceByName(SERVICE)

    def call(self, method: str, fields: Mapping[str, Any]) -> list[Any]:
        found = self._service.FindMethodByName(method)
        request, response = GetMessageClass(found.input_type), GetMessageClass(found.output_type)
        call = self._channel.unary_stream(
            f"/{SERVICE}/{method}",
            request_serializer=request.SerializeToString,
            response_deserializer=response.FromString,
        )
        return list(call(request(**fields), timeout=60))


def _comparable(its: dict[str, Any]) -> dict[str, Any]:
    """Leave out what differs from run to run: times, and what was cached."""
    return {name: value for name, value in its.items() if name in {"candidates", "algorithm", "seed", "stopped_by"}}


def _work(process: psutil.Process) -> float:
    """Return the seconds of the processor that it has used."""
    times = process.cpu_times()
    return times.user + times.system
