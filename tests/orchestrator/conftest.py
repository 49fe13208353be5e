"""A whole orchestrator on a free port, in front of a scripted world that listens on two others."""

import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field

import pytest

from its.chat.v1 import chat_pb2 as chat
from its.orchestrator.v1 import answer_pb2, event_pb2
from its.orchestrator.v1 import orchestrator_pb2 as pb
from its.orchestrator.v1.orchestrator_pb2_grpc import (
    OrchestratorServiceStub,
    add_OrchestratorServiceServicer_to_server,
)
from its_orchestrator.__main__ import SERVICE, chain, engines, servicer
from its_orchestrator.settings import Settings
from its_orchestrator.testing import Addresses, World, served
from its_runtime.channel import open_channel
from its_runtime.server import new_server, serving


@dataclass
class Solved:
    """The events of a call, sorted."""

    events: list[event_pb2.SolveEvent] = field(default_factory=list)

    @property
    def answer(self) -> answer_pb2.Answer:
        assert self.events[-1].WhichOneof("kind") == "answer", "the last event is the answer"
        return self.events[-1].answer

    @property
    def text(self) -> str:
        return "".join(part.text for part in self.answer.message.content)

    def of(self, kind: str) -> list[event_pb2.SolveEvent]:
        return [event for event in self.events if event.WhichOneof("kind") == kind]


@dataclass
class Orchestrator:
    """A running orchestrator."""

    stub: OrchestratorServiceStub
    address: str

    async def solve(self, *, timeout: float | None = 20, samples: int | None = None, **fields) -> Solved:
        solved = Solved()
        async for message in self.call(timeout=timeout, samples=samples, **fields):
            solved.events.append(message.event)
        return solved

    def call(self, *, timeout: float | None = 20, samples: int | None = None, **fields):
        if samples is not None:
            fields["budget"] = answer_pb2.Budget(samples=samples)
        return self.stub.Solve(request(**fields), timeout=timeout)


def request(**fields) -> pb.SolveRequest:
    asked = chat.Message(role=chat.ROLE_USER, content=[chat.ContentPart(text="1+1?")])
    if "text" not in fields:
        fields.setdefault("conversation", chat.Conversation(messages=[asked]))
    return pb.SolveRequest(request_id="test", **fields)


@asynccontextmanager
async def orchestrating(at: Addresses, **settings) -> AsyncIterator[Orchestrator]:
    section = Settings(port=0, grace_seconds=0, generator=at.generator, reward=at.reward, **settings)
    async with open_channel(at.generator) as generator, open_channel(at.reward) as reward:
        server = new_server(section)
        behind = engines(section, generator, reward)
        add_OrchestratorServiceServicer_to_server(servicer(section, behind), server)
        health = chain(generator, reward)
        async with serving(server, section, SERVICE, health) as port, open_channel(f"127.0.0.1:{port}") as channel:
            yield Orchestrator(OrchestratorServiceStub(channel), f"127.0.0.1:{port}")


@asynccontextmanager
async def orchestrated(world: World, **settings) -> AsyncIterator[Orchestrator]:
    async with served(world) as at, orchestrating(at, **settings) as orchestrator:
        yield orchestrator


@pytest.fixture
def orchestrate() -> Callable[..., AbstractAsyncContextManager[Orchestrator]]:
    """Serve a world and an orchestrator in front of it."""
    return orchestrated


@pytest.fixture
def orchestrate_at() -> Callable[..., AbstractAsyncContextManager[Orchestrator]]:
    """Serve an orchestrator in front of addresses."""
    return orchestrating


@pytest.fixture
def closed_port() -> Addresses:
    """Addresses at which nobody listens."""
    return Addresses(*(f"127.0.0.1:{_free_port()}" for _ in range(2)))


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
