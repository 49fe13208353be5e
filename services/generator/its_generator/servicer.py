"""The rpcs of the generator: convert, call, convert."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

from grpc import aio

from its.chat.v1 import tokens_pb2
from its.generator.v1 import generator_pb2 as pb
from its.generator.v1.generator_pb2_grpc import GeneratorServiceServicer
from its_generator import convert, evaluations, facts
from its_generator.conversation import to_conversation
from its_generator.limits import check_tools
from its_generator.models import Models
from its_generator.orders import order
from its_generator.running import RunningCalls
from its_generator.thoughts import generating
from its_runtime import trail
from its_runtime.errors import Unsupported

Context = aio.ServicerContext[Any, Any]


class GeneratorServicer(GeneratorServiceServicer):
    """Answers for the models it is given."""

    def __init__(self, models: Models) -> None:
        self._models = models
        self._running = RunningCalls()

    @property
    def sequences(self) -> int:
        """How many sequences running calls wait for."""
        return self._running.sequences

    async def Generate(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, request: pb.GenerateRequest, context: Context
    ) -> AsyncGenerator[pb.GenerateResponse, None]:
        name, backend = self._models[request.model]
        trail.note(**facts.asked(request, name))
        with self._running.entered(request.request_id) as call:
            wanted = await order(request, name, backend)
            call.sequences = facts.sequences(request)
            started: pb.Started | None = wanted.started
            async with generating(backend, wanted.job) as generation:
                call.runs(generation)
                try:
                    async for tick in generation:
                        response = convert.response(tick)
                        if started:
                            response.started.CopyFrom(started)
                            started = None
                        call.took(tick)
                        yield response
                except (asyncio.CancelledError, GeneratorExit):
                    await call.left()
                    raise
                finally:
                    if usage := call.used:
                        trail.note(**facts.used(usage))

    async def Abort(self, request: pb.AbortRequest, context: Context) -> pb.AbortResponse:  # pyright: ignore[reportIncompatibleMethodOverride]
        call = self._running.find(request.request_id)
        if call is None:
            return pb.AbortResponse(was_running=False)
        call.stop()
        usage = await call.usage
        return pb.AbortResponse(was_running=True, usage=convert.usage(usage) if usage else None)

    async def Evaluate(self, request: pb.EvaluateRequest, context: Context) -> pb.EvaluateResponse:  # pyright: ignore[reportIncompatibleMethodOverride]
        name, backend = self._models[request.model]
        passages = await evaluations.passages_of(request, backend)
        temperature = request.temperature if request.HasField("temperature") else 1.0
        found = await backend.evaluate(request.request_id, passages, temperature)
        return evaluations.response(name, backend, passages, found)

    async def Tokenize(self, request: pb.TokenizeRequest, context: Context) -> pb.TokenizeResponse:  # pyright: ignore[reportIncompatibleMethodOverride]
        name, backend = self._models[request.model]
        if not backend.capabilities.token_ids:
            raise Unsupported(f"model: {name!r} has no tokenizer here; send text to Generate as it is")
        check_tools(request, backend.capabilities)
        prompt = to_conversation(request.conversation) if request.HasField("conversation") else request.text
        tokens = tokens_pb2.TokenIds(ids=await backend.tokenize(prompt))
        return pb.TokenizeResponse(tokens=tokens, model=convert.identity(name, backend.identity))

    async def GetCapabilities(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, request: pb.GetCapabilitiesRequest, context: Context
    ) -> pb.GetCapabilitiesResponse:
        return pb.GetCapabilitiesResponse(models=[convert.capabilities(*model) for model in self._models.items()])
