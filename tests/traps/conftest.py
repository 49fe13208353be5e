"""Two generators to compare: one on bare grpc.aio, one behind our server; both do what the test tells them."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager

import pytest
from grpc import aio
from grpc_health.v1 import health_pb2_grpc
from grpc_health.v1._async import HealthServicer

from its.generator.v1 import generator_pb2 as pb
from its.generator.v1.generator_pb2_grpc import (
    GeneratorServiceServicer,
    GeneratorServiceStub,
    add_GeneratorServiceServicer_to_server,
)
from its_runtime.server import new_server, serving
from its_runtime.settings import ServiceSettings

SERVICE = "its.generator.v1.GeneratorService"


async def one_message(request, context):
    yield pb.GenerateResponse()


async def empty(request, context):
    return pb.TokenizeResponse()


class Waiting:
    """A stream that sends one message, then waits; it tells when it began and when it was closed."""

    def __init__(self):
        self.started, self.finish, self.closed = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def __call__(self, request, context):
        try:
            self.started.set()
            yield pb.GenerateResponse()
            await self.finish.wait()
            yield pb.GenerateResponse()
        finally:
            self.closed.set()


class Scripted(GeneratorServiceServicer):
    """A generator whose stream and whose unary answer are the test's own functions."""

    def __init__(self, generate: Callable, tokenize: Callable) -> None:
        self._generate, self._tokenize = generate, tokenize

    async def Generate(self, request, context):  # noqa: N802
        async with aclosing(self._generate(request, context)) as responses:
            async for response in responses:
                yield response

    async def Tokenize(self, request, context):  # noqa: N802
        return await self._tokenize(request, context)


@asynccontextmanager
async def bare_server(generate: Callable, tokenize: Callable, options: Iterable, **more: object) -> AsyncGenerator[int]:
    server = aio.server(options=[("grpc.so_reuseport", 0), *options], **more)
    add_GeneratorServiceServicer_to_server(Scripted(generate, tokenize), server)
    health_pb2_grpc.add_HealthServicer_to_server(HealthServicer(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    yield port
    await server.stop(0)


@asynccontextmanager
async def our_server(generate: Callable, tokenize: Callable, **settings: object) -> AsyncGenerator[int]:
    chosen = ServiceSettings(grace_seconds=0, **settings)
    server = new_server(chosen)
    add_GeneratorServiceServicer_to_server(Scripted(generate, tokenize), server)
    async with serving(server, chosen, SERVICE) as port:
        yield port


@pytest.fixture
def bare() -> Callable[..., AbstractAsyncContextManager[int]]:
    """Serve on bare grpc.aio: `async with bare(generate=…, tokenize=…, options=…) as port`."""

    def start(generate: Callable = one_message, tokenize: Callable = empty, options: Iterable = (), **more: object):
        return bare_server(generate, tokenize, options, **more)

    return start


@pytest.fixture
def ours() -> Callable[..., AbstractAsyncContextManager[int]]:
    """Serve as our services do: `async with ours(generate=…, tokenize=…) as port`."""

    def start(generate: Callable = one_message, tokenize: Callable = empty, **settings: object):
        return our_server(generate, tokenize, **settings)

    return start


@pytest.fixture
def dial() -> Callable[..., AbstractAsyncContextManager[GeneratorServiceStub]]:
    """Open a stub with exactly these options, ours or not: `async with dial(port, OPTIONS) as stub`."""

    @asynccontextmanager
    async def start(port: int, options: Iterable = (), **changed: int) -> AsyncGenerator[GeneratorServiceStub]:
        chosen = dict(options) | {f"grpc.{name.replace('__', '.')}": value for name, value in changed.items()}
        pool = ("grpc.use_local_subchannel_pool", 1)
        async with aio.insecure_channel(f"127.0.0.1:{port}", options=[*chosen.items(), pool]) as channel:
            yield GeneratorServiceStub(channel)

    return start


@pytest.fixture
def waiting() -> Callable[[], Waiting]:
    """Make a stream that waits after its first message."""
    return Waiting


@pytest.fixture
def question() -> pb.GenerateRequest:
    """A request that breaks no constraint."""
    return pb.GenerateRequest(request_id="r", text="what?")
