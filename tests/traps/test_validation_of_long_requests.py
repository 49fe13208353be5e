"""Trap: constraints cost 10,000 times more with the wrong engine or with rules on every token id."""

from importlib.metadata import version

import pytest
from buf.validate import validate_pb2

from its.chat.v1.tokens_pb2 import TokenIds
from its.generator.v1 import generator_pb2 as pb
from its_runtime.calls import responses
from its_runtime.channel import OPTIONS
from its_runtime.errors import InvalidRequest

LONG = pb.GenerateRequest(request_id="r", token_ids=TokenIds(ids=range(20_000)))


async def test_a_request_with_20_000_ids_passes_the_edge(ours, dial):
    async with ours() as port, dial(port, OPTIONS) as stub:
        answers = [answer async for answer in responses(stub.Generate(LONG, timeout=10), "generator")]

    assert len(answers) == 1


async def test_a_mistake_beside_20_000_ids_is_found(ours, dial):
    wrong = pb.GenerateRequest()
    wrong.CopyFrom(LONG)
    wrong.branches.add(num_sequences=0)
    async with ours() as port, dial(port, OPTIONS) as stub:
        with pytest.raises(InvalidRequest) as refused:
            await anext(responses(stub.Generate(wrong, timeout=10), "generator"))

    assert [violation.field for violation in refused.value.violations] == ["branches[0].num_sequences"]


def test_no_rule_looks_at_every_token_id():
    rules = TokenIds.DESCRIPTOR.fields_by_name["ids"].GetOptions().Extensions[validate_pb2.field]

    assert rules.repeated.max_items
    assert not rules.repeated.HasField("items")


def test_protovalidate_is_the_compiled_one():
    assert tuple(map(int, version("protovalidate").split(".")[:2])) >= (2, 1)
