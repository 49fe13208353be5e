"""However a call ends, the engine stops working for it, and what it used is known."""

import asyncio

import grpc
import pytest
from grpc import aio

from its.generator.v1 import generator_pb2 as pb
from its.generator.v1.generator_pb2_grpc import GeneratorServiceStub, add_GeneratorServiceServicer_to_server
from its_generator.__main__ import SERVICE
from its_generator.meter import Counting, EngineMetrics
from its_generator.models import Models
from its_generator.servicer import GeneratorServicer
from its_generator.settings import Settings
from its_runtime.channel import open_channel
from its_runtime.server import new_server, serving
from its_runtime.telemetry import Telemetry

MANY = 256


def long(asking, forever, **more):
    """A request that takes the engine many seconds."""
    request = asking(n=MANY, sampling={"logit_bias": forever}, flush=1, **more)
    request.sampling.ClearField("max_tokens")
    return request


async def test_a_client_that_leaves_stops_the_work(stub, tiny, asking, forever, eventually):
    call = stub.Generate(long(asking, forever))
    await call.read()
    assert tiny.load.running > 0

    call.cancel()

    await eventually(lambda: tiny.load == (0, 0))


async def test_a_deadline_that_passes_stops_the_work(stub, tiny, asking, forever, eventually):
    with pytest.raises(aio.AioRpcError) as late:
        async for _ in stub.Generate(long(asking, forever), timeout=0.3):
            pass

    assert late.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED
    await eventually(lambda: tiny.load == (0, 0))


async def test_an_abort_ends_every_sequence_and_tells_the_exact_usage(stub, tiny, read, asking, forever, eventually):
    reading = asyncio.create_task(read(stub, long(asking, forever, request_id="long")))
    await eventually(lambda: tiny.load.running > 0)

    answer = await stub.Abort(pb.AbortRequest(request_id="long"))

    reply = await reading
    assert answer.was_running
    assert answer.usage == reply.usage
    assert len(reply.sequences) == MANY
    assert {one.reason for one in reply.sequences.values()} == {"CANCELLED"}
    assert reply.usage.completion_tokens == sum(one.finished.completion_tokens for one in reply.sequences.values())
    assert 0 < reply.usage.completion_tokens < MANY * 400
    assert tiny.load == (0, 0)


async def test_an_abort_of_one_call_leaves_the_others_alone(stub, tiny, read, asking, forever, eventually):
    reading = asyncio.create_task(read(stub, long(asking, forever, request_id="long")))
    await eventually(lambda: tiny.load.running > 0)
    other = asyncio.create_task(read(stub, asking(sampling={"logit_bias": forever, "max_tokens": 300})))

    await stub.Abort(pb.AbortRequest(request_id="long"))

    assert (await other)[0].reason == "LENGTH"
    await reading


async def test_an_abort_of_nothing_is_no_error(stub, read, asking):
    await read(stub, asking(request_id="over"))

    assert not (await stub.Abort(pb.AbortRequest(request_id="over"))).was_running


async def test_an_id_that_runs_can_not_be_used_again_until_it_ended(stub, tiny, read, asking, forever, eventually):
    call = stub.Generate(long(asking, forever, request_id="same"))
    await call.read()

    with pytest.raises(aio.AioRpcError) as twice:
        await read(stub, asking(request_id="same"))

    assert twice.value.code() == grpc.StatusCode.ALREADY_EXISTS
    call.cancel()
    await eventually(lambda: tiny.load == (0, 0))
    await read(stub, asking(request_id="same"))


async def test_after_many_leave_at_once_the_engine_serves_the_next(stub, tiny, read, asking, forever, eventually):
    calls = [stub.Generate(long(asking, forever)) for _ in range(8)]
    for call in calls:
        await call.read()

    for call in calls:
        call.cancel()

    await eventually(lambda: tiny.load == (0, 0))
    assert (await read(stub, asking()))[0].finished


async def test_what_a_caller_used_who_left_is_told_to_whoever_runs_the_generator(tiny, forever, asking, eventually):
    models = Models({"its-tiny": tiny})
    metrics = EngineMetrics(models, lambda: 0)
    server = new_server(Settings(port=0, grace_seconds=0.0), Telemetry(metrics))
    add_GeneratorServiceServicer_to_server(GeneratorServicer(models), server)
    async with serving(server, Settings(port=0), SERVICE) as port, open_channel(f"127.0.0.1:{port}") as channel:
        call = GeneratorServiceStub(channel).Generate(long(asking, forever))
        await call.read()
        call.cancel()
        await eventually(lambda: b'method="its.generator.v1.GeneratorService/Generate"' in metrics.text())

    told = dict(line.rsplit(" ", 1) for line in metrics.text().decode().splitlines() if line.startswith("its_"))
    completion = float(told['its_tokens_total{kind="completion"}'])
    assert completion > 0
    if isinstance(tiny, Counting):
        assert completion == float(told['its_engine_tokens_total{model="its-tiny"}']) == tiny.sampled
