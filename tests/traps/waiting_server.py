"""A generator that sends one message and then waits, in a process that a test can freeze."""

import asyncio

from grpc import aio

from its.generator.v1 import generator_pb2 as pb
from its.generator.v1.generator_pb2_grpc import GeneratorServiceServicer, add_GeneratorServiceServicer_to_server
from its_runtime.server import OPTIONS


class Waiting(GeneratorServiceServicer):
    """Sends one message, then waits."""

    async def Generate(self, request, context):  # noqa: N802
        yield pb.GenerateResponse()
        await asyncio.Event().wait()


async def main() -> None:
    server = aio.server(options=[*OPTIONS, ("grpc.http2.min_ping_interval_without_data_ms", 10)])
    add_GeneratorServiceServicer_to_server(Waiting(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    print(port, flush=True)
    await server.wait_for_termination()


if __name__ == "__main__":
    asyncio.run(main())
