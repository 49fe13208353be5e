"""Generators that break in mid-stream, lie about offsets, or answer with nonsense: nothing of it becomes an answer."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import grpc
import pytest
from grpc import aio

from its.generator.v1 import generator_pb2 as pb
from its.generator.v1.generator_pb2_grpc import add_GeneratorServiceServicer_to_server
from its_orchestrator.candidate import StopReason
from its_orchestrator.clients import GeneratorClient
from its_orchestrator.engines import Batch, Branch, Generation, Usage
from its_orchestrator.sampling import Sampling
from its_orchestrator.testing import Fault, World, serve_generator
from its_orchestrator.testing.served import FAST, ScriptedGenerator
from its_runtime.channel import open_channel
from its_runtime.errors import InvalidRequest, NotFound, Unavailable
from its_runtime.server import new_server, serving

SERVICE = "its.generator.v1.GeneratorService"
Script = Callable[[pb.GenerateRequest, "aio.ServicerContext"], AsyncIterator[pb.GenerateResponse]]


class Saying(ScriptedGenerator):
    """Answers Generate as a test's own script does."""

    def __init__(self, script: Script) -> None:
        super().__init__(World(["4"]))
        self._script = script

    async def Generate(self, request, context):  # noqa: N802
        async for response in self._script(request, context):
            yield response


@asynccontextmanager
async def client_of(script: Script) -> AsyncIterator[GeneratorClient]:
    server = new_server(FAST)
    add_GeneratorServiceServicer_to_server(Saying(script), server)
    async with serving(server, FAST, SERVICE) as port, open_channel(f"127.0.0.1:{port}") as channel:
        yield GeneratorClient(channel, f"127.0.0.1:{port}")


def generation(**fields) -> Generation:
    return Generation(
        **{
            "request_id": "g",
            "model": "toy",
            "prompt": "?",
            "prompt_token_ids": (),
            "branches": (Branch(1, 2),),
            "sampling": Sampling(),
            **fields,
        }
    )


async def read(client: GeneratorClient) -> list[Batch]:
    return [batch async for batch in client.generate(generation())]


def delta(sequence: int, offset: int, text: str) -> pb.GenerateResponse:
    tokens = [ord(one) for one in text]
    return pb.GenerateResponse(deltas=[pb.Delta(sequence=sequence, offset=offset, token_ids=tokens, text=text)])


async def test_a_gap_between_tokens_is_noticed():
    async def script(request, context):
        yield delta(0, 0, "ab")
        yield delta(0, 3, "c")

    async with client_of(script) as client:
        with pytest.raises(Unavailable, match="sequence 0 went on at token 3 after 2 tokens"):
            await read(client)


async def test_tokens_that_come_twice_are_noticed():
    async def script(request, context):
        yield delta(1, 0, "ab")
        yield delta(1, 0, "ab")

    async with client_of(script) as client:
        with pytest.raises(Unavailable, match="sequence 1 went on at token 0 after 2 tokens"):
            await read(client)


async def test_a_stream_that_breaks_before_its_first_message_is_tried_again():
    calls = []

    async def script(request, context):
        calls.append(request)
        if len(calls) == 1:
            await context.abort(grpc.StatusCode.UNAVAILABLE, "not yet")
        yield pb.GenerateResponse(usage=pb.Usage(completion_tokens=3))

    async with client_of(script) as client:
        batches = await read(client)

    assert len(calls) == 2
    assert batches[-1].usage == Usage(completion_tokens=3)


async def test_leaving_a_call_before_its_end_and_stopping_it_still_tells_what_it_used():
    toy = World(["four\n\nfive"], faults={0: Fault.STALLS})
    async with serve_generator(toy) as address, open_channel(address) as channel:
        client = GeneratorClient(channel, address)
        call = client.generate(generation())
        while not toy.generator.running:
            await client.models()
        await call.stop()
        batches = [batch async for batch in call]

    assert [end.reason for batch in batches for end in batch.ends] == [StopReason.CANCELLED] * 2
    assert batches[-1].usage == toy.generator.reported[0]


async def test_a_generator_that_knows_nothing_of_a_call_is_cancelled_all_the_same():
    cancelled = asyncio.Event()

    async def script(request, context):
        yield pb.GenerateResponse(started=pb.Started(seed=1))
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    async with client_of(script) as client:
        call = client.generate(generation())
        seen = []
        async for batch in call:
            seen.append(batch)
            await call.stop()
        await cancelled.wait()

    assert seen[-1].usage is None


@pytest.mark.parametrize("fault", [Fault.BREAKS, Fault.DOWN, Fault.FORGETS], ids=lambda one: one.value)
async def test_samples_of_a_call_that_broke_are_sampled_again(orchestrate, fault):
    said = ["x\n\n\\boxed{1}", "longer\n\n\\boxed{2}"]
    toy = World(said, faults={0: fault})
    async with orchestrate(toy) as its:
        solved = await its.solve(algorithm="self-consistency", samples=8)

    assert len(solved.answer.candidates) == 8
    assert {one.text for one in solved.answer.candidates} <= set(said)
    assert toy.quiet


async def test_one_failed_sequence_leaves_its_siblings(orchestrate):
    toy = World(["\\boxed{1}"], faults={0: Fault.SPOILS})
    async with orchestrate(toy) as its:
        solved = await its.solve(algorithm="self-consistency", samples=4)

    assert len(solved.answer.candidates) == 3
    assert solved.answer.ledger.samples == 4


@pytest.mark.parametrize(
    ("code", "kind"),
    [(grpc.StatusCode.INVALID_ARGUMENT, InvalidRequest), (grpc.StatusCode.NOT_FOUND, NotFound)],
)
async def test_what_the_generator_says_is_raised_as_our_errors(code, kind):
    async def script(request, context):
        await context.abort(code, "no")
        yield pb.GenerateResponse()

    async with client_of(script) as client:
        with pytest.raises(kind, match="no"):
            await read(client)


async def test_at_most_so_many_calls_run_at_once():
    toy = World(["4"], faults={0: Fault.STALLS})
    async with serve_generator(toy) as address, open_channel(address) as channel:
        client = GeneratorClient(channel, address, calls=1)
        first, second = client.generate(generation(request_id="a")), client.generate(generation(request_id="b"))
        while not toy.generator.running:
            await client.models()
        waiting = len(toy.generator.generations)
        first.cancel()
        batches = [batch async for batch in second]

    assert waiting == 1
    assert batches[-1].usage


async def test_a_call_that_is_stopped_while_it_waits_for_its_turn_used_nothing():
    toy = World(["4"], faults={0: Fault.STALLS})
    async with serve_generator(toy) as address, open_channel(address) as channel:
        client = GeneratorClient(channel, address, calls=1)
        first, second = client.generate(generation(request_id="a")), client.generate(generation(request_id="b"))
        while not toy.generator.running:
            await client.models()
        await second.stop()
        batches = [batch async for batch in second]
        first.cancel()

    assert [batch.usage for batch in batches] == [Usage()]
    assert len(toy.generator.generations) == 1


async def test_capabilities_are_asked_once_and_again_when_in_doubt():
    asked = []

    class Counting(ScriptedGenerator):
        async def GetCapabilities(self, request, context):  # noqa: N802
            asked.append(request)
            return await super().GetCapabilities(request, context)

    server = new_server(FAST)
    add_GeneratorServiceServicer_to_server(Counting(World(["4"])), server)
    async with serving(server, FAST, SERVICE) as port, open_channel(f"127.0.0.1:{port}") as channel:
        client = GeneratorClient(channel, "here", believe_seconds=1000)
        await client.models()
        await client.models()
        once = len(asked)
        client.doubt()
        await client.models()

    assert (once, len(asked)) == (1, 2)
