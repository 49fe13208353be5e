"""The whole chain in one process, on real sockets and by host name: a world of toys, an orchestrator, a gateway."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import psutil
import pytest

from its.orchestrator.v1.orchestrator_pb2_grpc import add_OrchestratorServiceServicer_to_server
from its_gateway.app import create_app
from its_gateway.orchestrator import open_orchestrator
from its_gateway.serving import serving as serving_http
from its_gateway.settings import Settings as GatewaySettings
from its_orchestrator.__main__ import SERVICE, engines, servicer
from its_orchestrator.running.run import Engines
from its_orchestrator.settings import Settings
from its_orchestrator.testing import World
from its_orchestrator.testing.served import serve_generator, serve_reward
from its_runtime.channel import open_channel
from its_runtime.server import new_server, serving

SECONDS = 60
"""How long a state may take to come on a busy machine."""


@dataclass
class Chain:
    """Three services and a gateway, each of which can be stopped and started again on its port."""

    world: World
    ports: dict[str, int]
    parts: dict[str, AsyncExitStack]
    gateway: dict[str, Any]
    orchestrator: dict[str, Any]
    engines: Engines | None = None

    @property
    def url(self) -> str:
        return f"http://localhost:{self.ports['gateway']}"

    async def start(self, part: str) -> None:
        stack = self.parts[part] = AsyncExitStack()
        starts: dict[str, Callable[[], Any]] = {
            "generator": lambda: serve_generator(self.world, self.ports.get("generator", 0)),
            "reward": lambda: serve_reward(self.world, self.ports.get("reward", 0)),
            "orchestrator": self._orchestrator,
            "gateway": self._gateway,
        }
        bound = await stack.enter_async_context(starts[part]())
        self.ports[part] = int(str(bound).rpartition(":")[2])

    async def stop(self, part: str) -> None:
        await self.parts.pop(part).aclose()

    def at(self, part: str) -> str:
        return f"localhost:{self.ports[part]}"

    @asynccontextmanager
    async def _orchestrator(self) -> AsyncGenerator[int]:
        section = Settings(
            port=self.ports.get("orchestrator", 0),
            grace_seconds=0,
            **self.orchestrator,
            generator=self.at("generator"),
            reward=self.at("reward"),
        )
        async with open_channel(section.generator) as generator, open_channel(section.reward) as reward:
            server = new_server(section)
            self.engines = engines(section, generator, reward)
            add_OrchestratorServiceServicer_to_server(servicer(section, self.engines), server)
            async with serving(server, section, SERVICE) as port:
                yield port

    @asynccontextmanager
    async def _gateway(self) -> AsyncGenerator[int]:
        section = GatewaySettings(
            port=self.ports.get("gateway", 0),
            grace_seconds=0,
            orchestrator=self.at("orchestrator"),
            **self.gateway,
        )
        async with (
            open_orchestrator(section.orchestrator) as orchestrator,
            serving_http(create_app(section, orchestrator), section) as port,
        ):
            yield port


@pytest.fixture
async def chain() -> AsyncGenerator[Callable[..., Awaitable[Chain]]]:
    """Start a chain in front of a world: `await chain(world)`; the rest are settings."""
    started: list[Chain] = []

    async def start(world: World, gateway: dict[str, Any] | None = None, **orchestrator: Any) -> Chain:
        made = Chain(world, {}, {}, gateway or {}, orchestrator)
        started.append(made)
        for part in ("generator", "reward", "orchestrator", "gateway"):
            await made.start(part)
        return made

    yield start
    for made in started:
        for part in ("gateway", "orchestrator", "reward", "generator"):
            if part in made.parts:
                await made.stop(part)


async def until(true: Callable[[], bool]) -> None:
    """Let everything else go on until `true` holds."""
    async with asyncio.timeout(SECONDS):
        while not true():  # noqa: ASYNC110  (what other tasks and the kernel hold sets no event)
            await asyncio.sleep(0.001)


def held() -> dict[str, int]:
    """Return how many tasks and connections this process has."""
    open_ones = [one for one in psutil.Process().net_connections("tcp") if one.status == psutil.CONN_ESTABLISHED]
    return {"tasks": len(asyncio.all_tasks()), "connections": len(open_ones)}


@pytest.fixture(name="until")
def _until() -> Callable[[Callable[[], bool]], Awaitable[None]]:
    return until


@pytest.fixture(name="held")
def _held() -> Callable[[], dict[str, int]]:
    return held
