"""What a service can do, asked once and believed for a while."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Model = TypeVar("Model")


class Capabilities(Generic[Model]):
    """Remembers an answer for some seconds; callers that come meanwhile share one question."""

    def __init__(self, ask: Callable[[], Awaitable[Sequence[Model]]], seconds: float) -> None:
        self._ask = ask
        self._seconds = seconds
        self._models: Sequence[Model] = ()
        self._until = -1.0
        self._asking = asyncio.Lock()

    async def models(self) -> Sequence[Model]:
        """Return what is served, the default model first. Raises what asking raises."""
        if time.monotonic() < self._until:
            return self._models
        async with self._asking:
            if time.monotonic() >= self._until:
                self._models = await self._ask()
                self._until = time.monotonic() + self._seconds
            return self._models

    def doubt(self) -> None:
        """Ask again next time: the service may have changed."""
        self._until = -1.0
