"""A world behind real gRPC: its generator and reward service on free ports, for tests of whole processes."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from grpc import aio

from its.chat.v1 import tokens_pb2
from its.generator.v1 import generator_pb2 as generator
from its.generator.v1.generator_pb2_grpc import GeneratorServiceServicer, add_GeneratorServiceServicer_to_server
from its.reward.v1 import reward_pb2 as reward
from its.reward.v1.reward_pb2_grpc import RewardServiceServicer, add_RewardServiceServicer_to_server
from its_orchestrator.testing import wire
from its_orchestrator.testing.toy_generator import ToyCall
from its_orchestrator.testing.world import World
from its_runtime.server import new_server, serving
from its_runtime.settings import ServiceSettings

Context = aio.ServicerContext[Any, Any]
FAST = ServiceSettings(grace_seconds=0)


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a world listens."""

    generator: str
    reward: str


@asynccontextmanager
async def served(world: World) -> AsyncGenerator[Addresses]:
    """Serve both services of `world` inside the block."""
    async with serve_generator(world) as generator_address, serve_reward(world) as reward_address:
        yield Addresses(generator_address, reward_address)


@asynccontextmanager
async def serve_generator(world: World, port: int = 0) -> AsyncGenerator[str]:
    """Serve the generator of `world` inside the block; yield its address."""
    server = new_server(FAST)
    add_GeneratorServiceServicer_to_server(ScriptedGenerator(world), server)
    settings = FAST.model_copy(update={"port": port})
    async with serving(server, settings, "its.generator.v1.GeneratorService") as bound:
        yield f"127.0.0.1:{bound}"


@asynccontextmanager
async def serve_reward(world: World, port: int = 0) -> AsyncGenerator[str]:
    """Serve the reward service of `world` inside the block; yield its address."""
    server = new_server(FAST)
    add_RewardServiceServicer_to_server(ScriptedReward(world), server)
    settings = FAST.model_copy(update={"port": port})
    async with serving(server, settings, "its.reward.v1.RewardService") as bound:
        yield f"127.0.0.1:{bound}"


class ScriptedGenerator(GeneratorServiceServicer):
    """Answers for a world's generator."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._running: dict[str, ToyCall] = {}

    async def Generate(  # noqa: N802  (the contract's name)
        self, request: generator.GenerateRequest, context: Context
    ) -> AsyncGenerator[generator.GenerateResponse]:
        call = self._world.generator.generate(wire.generation(request))
        self._running[request.request_id] = call
        offsets = wire.Offsets()
        try:
            async with aclosing(_batches(call)) as batches:
                async for batch in batches:
                    yield wire.response(batch, offsets)
        finally:
            call.cancel()
            del self._running[request.request_id]

    async def Evaluate(  # noqa: N802
        self, request: generator.EvaluateRequest, context: Context
    ) -> generator.EvaluateResponse:
        return wire.evaluated(await self._world.generator.evaluate(wire.evaluation(request)))

    async def Abort(self, request: generator.AbortRequest, context: Context) -> generator.AbortResponse:  # noqa: N802
        call = self._running.get(request.request_id)
        if call is None:
            return generator.AbortResponse(was_running=False)
        await call.stop()
        return generator.AbortResponse(was_running=True, usage=wire.usage(call.used))

    async def GetCapabilities(  # noqa: N802
        self, request: generator.GetCapabilitiesRequest, context: Context
    ) -> generator.GetCapabilitiesResponse:
        models = await self._world.generator.models()
        return generator.GetCapabilitiesResponse(models=[wire.generator_model(one) for one in models])

    async def Tokenize(  # noqa: N802
        self, request: generator.TokenizeRequest, context: Context
    ) -> generator.TokenizeResponse:
        return generator.TokenizeResponse(tokens=tokens_pb2.TokenIds(ids=map(ord, request.text)))


class ScriptedReward(RewardServiceServicer):
    """Answers for a world's reward service."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def Score(self, request: reward.ScoreRequest, context: Context) -> reward.ScoreResponse:  # noqa: N802
        return wire.scores(await self._world.reward.score(wire.scoring(request)))

    async def ScoreStream(  # noqa: N802
        self, request_iterator: AsyncIterator[reward.ScoreStreamRequest], context: Context
    ) -> AsyncGenerator[reward.ScoreStreamResponse]:
        async for one in request_iterator:
            scores = await self.Score(one.batch, context)
            yield reward.ScoreStreamResponse(request_id=one.batch.request_id, scores=scores)

    async def GetCapabilities(  # noqa: N802
        self, request: reward.GetCapabilitiesRequest, context: Context
    ) -> reward.GetCapabilitiesResponse:
        models = await self._world.reward.models()
        return reward.GetCapabilitiesResponse(models=[wire.reward_model(one) for one in models])


async def _batches(call: ToyCall) -> AsyncGenerator[wire.Batch]:
    async for batch in call:
        yield batch
