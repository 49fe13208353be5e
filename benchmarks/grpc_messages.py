"""What grpc.aio costs: CPU microseconds of both sides for one round of a search, sent in different ways.

    python benchmarks/grpc_messages.py

Sixteen sequences of twenty tokens each. Each number is the least of seven rounds of CPU time of one process that is
client and server at once, since other load on the machine only ever adds to it.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable

from its.generator.v1 import generator_pb2 as pb
from its.generator.v1.generator_pb2_grpc import (
    GeneratorServiceServicer,
    GeneratorServiceStub,
    add_GeneratorServiceServicer_to_server,
)
from its_runtime.calls import responses
from its_runtime.channel import open_channel
from its_runtime.logs import configure
from its_runtime.server import new_server, serving
from its_runtime.settings import ServiceSettings

SERVICE = "its.generator.v1.GeneratorService"
SEQUENCES = 16
TOKENS = 20
ROUNDS = 7
REPEATS = 20
Round = Callable[[GeneratorServiceStub], Awaitable[None]]


class Instant(GeneratorServiceServicer):
    """Answers at once, in messages of as many tokens as are asked for."""

    async def Generate(self, request, context) -> AsyncIterator[pb.GenerateResponse]:  # noqa: N802
        sequences = sum(branch.num_sequences for branch in request.branches)
        size = request.flush_every_n_tokens or TOKENS
        for offset in range(0, TOKENS, size):
            ids = range(offset, offset + size)
            deltas = [pb.Delta(sequence=i, offset=offset, token_ids=ids) for i in range(sequences)]
            yield pb.GenerateResponse(deltas=deltas)


async def call(stub: GeneratorServiceStub, sequences: int, flush: int) -> None:
    """Read one whole answer."""
    branches = [pb.Branch(num_sequences=sequences)]
    request = pb.GenerateRequest(request_id="r", text="x", branches=branches, flush_every_n_tokens=flush)
    async for _ in responses(stub.Generate(request, timeout=60), "generator"):
        pass


async def together(stub: GeneratorServiceStub) -> None:
    """Send all branches in one call and get each step in one message."""
    await call(stub, SEQUENCES, 0)


async def each_token(stub: GeneratorServiceStub) -> None:
    """Send all branches in one call and get each tick in one message."""
    await call(stub, SEQUENCES, 1)


async def apart(stub: GeneratorServiceStub) -> None:
    """Send a call a branch and get each step in one message."""
    await asyncio.gather(*(call(stub, 1, 0) for _ in range(SEQUENCES)))


async def apart_each_token(stub: GeneratorServiceStub) -> None:
    """Send a call a branch and get each token in one message."""
    await asyncio.gather(*(call(stub, 1, 1) for _ in range(SEQUENCES)))


async def microseconds(work: Round, stub: GeneratorServiceStub) -> float:
    """Return the CPU time of one round."""
    return min([await _timed(work, stub) for _ in range(ROUNDS)]) / REPEATS / 1_000


async def _timed(work: Round, stub: GeneratorServiceStub) -> int:
    begin = time.process_time_ns()
    for _ in range(REPEATS):
        await work(stub)
    return time.process_time_ns() - begin


async def main() -> None:
    """Print the table."""
    settings = ServiceSettings(log_level="error")
    configure(settings)
    server = new_server(settings)
    add_GeneratorServiceServicer_to_server(Instant(), server)
    async with serving(server, settings, SERVICE) as port, open_channel(f"127.0.0.1:{port}") as channel:
        for work in (together, each_token, apart, apart_each_token):
            spent = await microseconds(work, GeneratorServiceStub(channel))
            print(f"{spent:>8.0f} µs  {(work.__doc__ or '').strip()}")


if __name__ == "__main__":
    asyncio.run(main())
