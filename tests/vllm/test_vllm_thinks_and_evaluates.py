"""The tests of thoughts, of given tokens and of tokens that end steps, with vLLM behind the same contract."""

from importlib.util import module_from_spec, spec_from_file_location
from inspect import iscoroutinefunction
from pathlib import Path

import grpc
import pytest

from its.generator.v1 import generator_pb2 as pb

pytestmark = pytest.mark.asyncio(loop_scope="session")

GENERATOR = Path(__file__).parents[1] / "generator"
FILES = ("test_thinking", "test_evaluation", "test_steps_that_end_at_tokens")
OWN = {
    "test_a_low_temperature_makes_what_is_likely_certain",
    "test_usage_counts_every_passage_whole_and_samples_nothing",
    "test_a_backend_that_can_not_evaluate_says_so",
}
"""What is the embedded engine's own: it evaluates at any temperature, and from its cache."""


def shared(file):
    """The tests of a file, and the fixtures that they share."""
    spec = spec_from_file_location(f"shared_{file}", GENERATOR / f"{file}.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return {name: value for name, value in vars(module).items() if name not in OWN and _counts(name, value)}


def _counts(name, value):
    return name in {"thinking", "marks"} or (name.startswith("test_") and iscoroutinefunction(value))


for one in FILES:
    globals().update(shared(one))


async def test_another_temperature_than_one_is_refused_by_name(stub):
    request = _request(temperature=0.5)

    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await stub.Evaluate(request)

    assert "temperature" in caught.value.details()


async def test_a_form_can_not_be_enforced_on_thoughts(stub, read, thinking):
    request = thinking({"max_tokens": 3})
    request.structured_output.json_object = True

    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await read(stub, request)

    assert "sampling.thinking" in caught.value.details()


def _request(**fields):
    passage = pb.EvaluateRequest.Passage(continuation={"ids": [5]})
    return pb.EvaluateRequest(request_id="e", token_ids={"ids": [1]}, passages=[passage], **fields)
