"""A reward service whose engine has died ends, so that whoever started it starts another."""

import asyncio

import pytest

from its_reward.models import Models
from its_runtime.errors import Unavailable
from its_runtime.watching import watched


class Dying:
    """A scorer whose engine dies after some checks."""

    def __init__(self, checks: int) -> None:
        self.checks = checks

    async def check(self) -> None:
        self.checks -= 1
        if self.checks < 0:
            raise Unavailable("the engine died")


async def test_the_process_ends_with_what_its_engine_died_of():
    with pytest.raises(Unavailable, match="the engine died"):
        await asyncio.wait_for(watched(Models({"rules": object(), "mortal": Dying(1)}).check), 30)


async def test_reward_models_without_an_engine_are_never_dead():
    await Models({"rules": object()}).check()
