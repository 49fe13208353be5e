"""A client that has no file of ours at all: it asks the server for the contract, then lists and solves."""

import asyncio
from collections.abc import Iterator

import grpc
import pytest
from google.protobuf import json_format
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

SERVICE = "its.orchestrator.v1.OrchestratorService"
QUESTION = {
    "request_id": "reflected",
    "conversation": {"messages": [{"role": "ROLE_USER", "content": [{"text": "What is 6 times 7?"}]}]},
    "algorithm": "best-of-n",
    "budget": {"samples": 4},
}


def called(address: str, method: str, request: dict) -> list[dict]:
    """Call a method that only the server describes; return its messages as JSON."""
    with grpc.insecure_channel(address) as channel:
        pool = DescriptorPool(ProtoReflectionDescriptorDatabase(channel))
        described = pool.FindServiceByName(SERVICE).methods_by_name[method]
        question, answer = GetMessageClass(described.input_type), GetMessageClass(described.output_type)
        kind = channel.unary_stream if described.server_streaming else channel.unary_unary
        call = kind(f"/{SERVICE}/{method}", question.SerializeToString, answer.FromString)
        told = call(json_format.ParseDict(request, question()), timeout=30)
        return [json_format.MessageToDict(one) for one in (told if isinstance(told, Iterator) else [told])]


async def test_it_lists_the_algorithms(address):
    [listed] = await asyncio.to_thread(called, address, "ListAlgorithms", {})

    assert [algorithm["name"] for algorithm in listed["algorithms"]] == ["best-of-n", "self-consistency"]


async def test_it_solves(address):
    events = await asyncio.to_thread(called, address, "Solve", QUESTION)

    assert events[-1]["event"]["answer"]["message"]["content"] == [{"text": r"数 \boxed{42}"}]


async def test_it_is_told_what_is_wrong(address):
    with pytest.raises(grpc.RpcError, match=r"budget\.samples"):
        await asyncio.to_thread(called, address, "Solve", QUESTION | {"budget": {"samples": 0}})
