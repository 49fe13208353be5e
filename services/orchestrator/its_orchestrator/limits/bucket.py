"""A bucket: so many a minute, refilled steadily; whoever finds too little in it learns when to come back.

The token bucket of Turner 1986, "New Directions in Communications (or Which Way to the Information Age?)".
"""

import time
from collections.abc import Callable

MINUTE = 60.0


class Bucket:
    """Holds a minute's worth at most; may be in debt."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.limit = per_minute
        self._clock = clock
        self._level = float(per_minute)
        self._at = clock()

    @property
    def left(self) -> int:
        """How much is there now; 0 while in debt."""
        return max(0, int(self._now()))

    @property
    def full_after(self) -> float:
        """Seconds until it is full again."""
        return (self.limit - self._now()) * MINUTE / self.limit

    def change(self, per_minute: int) -> None:
        """Let another limit hold from now on; what was used stays used."""
        used = self.limit - self._now()
        self.limit = per_minute
        self._level = per_minute - used

    def wait(self, amount: float) -> float:
        """Return after how many seconds `amount` can be taken, 0 for now.

        What is more than a minute's worth can be taken from a full bucket, which is in debt afterwards.
        """
        missing = min(amount, self.limit) - self._now()
        return max(0.0, missing * MINUTE / self.limit)

    def take(self, amount: float) -> None:
        """Take `amount`, whatever is there; a negative one is given back."""
        self._level = min(float(self.limit), self._now() - amount)

    def _now(self) -> float:
        now = self._clock()
        self._level = min(float(self.limit), self._level + (now - self._at) * self.limit / MINUTE)
        self._at = now
        return self._level
