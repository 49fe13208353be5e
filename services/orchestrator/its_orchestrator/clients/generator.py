"""The client of a generator service."""

import asyncio
from collections.abc import Sequence

from grpc import aio

from its.generator.v1 import generator_pb2 as pb
from its.generator.v1.generator_pb2_grpc import GeneratorServiceStub
from its_orchestrator.clients import generation as wire
from its_orchestrator.clients.call import ABORT_SECONDS, Call
from its_orchestrator.clients.capabilities import Capabilities
from its_orchestrator.engines import Generation, GenerationCall, GeneratorModel
from its_runtime.calls import response

ASK_SECONDS = 5.0
"""How long a service may take to say what it can do."""


class GeneratorClient:
    """Calls a generator over `channel`, with at most `calls` at once; more wait."""

    def __init__(
        self,
        channel: aio.Channel,
        address: str,
        *,
        calls: int = 256,
        longest: float = 600.0,
        believe_seconds: float = 10.0,
    ) -> None:
        self.service = f"generator at {address}"
        self.permits = asyncio.Semaphore(calls)
        self.longest = longest
        """Seconds that one call may take."""
        self.stub = GeneratorServiceStub(channel)
        self._capabilities = Capabilities(self._ask, believe_seconds)

    async def models(self) -> Sequence[GeneratorModel]:
        return await self._capabilities.models()

    def generate(self, generation: Generation) -> GenerationCall:
        return Call(self, generation)

    def doubt(self) -> None:
        """Ask again what the service can do: it failed, and may come back as another."""
        self._capabilities.doubt()

    async def abort(self, request_id: str) -> pb.AbortResponse:
        """Stop a running call and return what it used."""
        call = self.stub.Abort(pb.AbortRequest(request_id=request_id), timeout=ABORT_SECONDS)
        return await response(call, self.service)

    async def _ask(self) -> Sequence[GeneratorModel]:
        call = self.stub.GetCapabilities(pb.GetCapabilitiesRequest(), timeout=ASK_SECONDS)
        return [wire.model(one) for one in (await response(call, self.service)).models]
