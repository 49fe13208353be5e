"""A reward service on a free port, with the shipped reward model."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from its.reward.v1.reward_pb2_grpc import RewardServiceStub, add_RewardServiceServicer_to_server
from its_reward.__main__ import NAME
from its_reward.models import Models, open_models
from its_reward.servicer import RewardServicer
from its_reward.settings import Settings
from its_runtime.channel import open_channel
from its_runtime.server import new_server, serving


@asynccontextmanager
async def served(settings: Settings) -> AsyncIterator[tuple[RewardServiceStub, Models]]:
    async with open_models(settings) as models:
        server = new_server(settings)
        add_RewardServiceServicer_to_server(RewardServicer(models), server)
        async with serving(server, settings, NAME) as port, open_channel(f"127.0.0.1:{port}") as channel:
            yield RewardServiceStub(channel), models


@pytest.fixture
async def reward() -> AsyncIterator[RewardServiceStub]:
    async with served(Settings(port=0)) as (stub, _):
        yield stub
