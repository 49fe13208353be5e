"""An event loop on a virtual clock: where nothing is ready, its time jumps to the next timer instead of waiting.

A run with a budget of seconds ends at once, and in the same way on a busy machine.
"""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run `main` to its end on a virtual clock; it must wait for nothing but timers, so no sockets and no threads.

    Raises RuntimeError when it waits for something that no timer brings.
    """
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(main)


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """Runs what waits for nothing but timers, in exactly the order of their times."""

    def __init__(self) -> None:
        self._virtual = _Selector()
        super().__init__(self._virtual)

    def time(self) -> float:
        """Return the seconds that would have been waited for since the loop began."""
        return self._virtual.waited


class _Selector(selectors.SelectSelector):
    """Never waits; tells how long it would have."""

    waited = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready and timeout is None:
            raise RuntimeError("everybody waits for something that no timer brings")
        self.waited += 0.0 if ready else max(0.0, timeout or 0.0)
        return ready
