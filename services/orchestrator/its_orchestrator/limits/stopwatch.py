"""A stopwatch that runs while at least one of several things goes on."""

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager


class Stopwatch:
    """Tells how long calls were open, each time the last of those that overlap has ended: no second counts twice."""

    def __init__(self, told: Callable[[float], None]) -> None:
        self._told = told
        self._open = 0
        self._began = 0.0

    @contextmanager
    def running(self) -> Generator[None]:
        """Run during the block, beside the other blocks that go on."""
        if not self._open:
            self._began = time.monotonic()
        self._open += 1
        try:
            yield
        finally:
            self._open -= 1
            if not self._open:
                self._told(time.monotonic() - self._began)
