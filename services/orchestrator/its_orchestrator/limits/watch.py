"""The watch of one run: when its time is over, it stops every running call."""

import asyncio
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import TracebackType


class Watch:
    """Rings once, `seconds` after it was entered. None never rings."""

    def __init__(self, seconds: float | None) -> None:
        self.over = False
        """Whether it has rung."""
        self._seconds = seconds
        self._end = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._stops: set[Callable[[], object]] = set()

    def __enter__(self) -> "Watch":
        if self._seconds is not None:
            loop = asyncio.get_running_loop()
            self._end = loop.time() + self._seconds
            self._timer = loop.call_at(self._end, self._ring)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._timer:
            self._timer.cancel()

    @property
    def left(self) -> float | None:
        """Seconds until it rings; None for ever."""
        return max(0.0, self._end - asyncio.get_running_loop().time()) if self._timer else None

    @contextmanager
    def share(self, parts: int) -> Generator[None]:
        """Ring for what happens in the block when one part of `parts` of the time that is left is over."""
        left, end = self.left, self._end
        if left is None or parts == 1:
            yield
            return
        loop = asyncio.get_running_loop()
        self._end = loop.time() + left / parts
        timer = loop.call_at(self._end, self._ring)
        try:
            yield
        finally:
            timer.cancel()
            self._end = end
            self.over = loop.time() >= end

    @contextmanager
    def stopping(self, stop: Callable[[], object]) -> Generator[None]:
        """Call `stop` when the time ends inside the block."""
        self._stops.add(stop)
        try:
            yield
        finally:
            self._stops.discard(stop)

    def _ring(self) -> None:
        self.over = True
        for stop in tuple(self._stops):
            stop()
