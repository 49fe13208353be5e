"""An allowance: what one key may still do now, in requests, searches at once and tokens."""

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager

from its_gateway.bucket import Bucket
from its_gateway.keys import Key
from its_runtime.errors import Overloaded

BUSY_SECONDS = 1.0
"""After how long to try again when as many searches run as may."""


class Spending:
    """The tokens of one request: taken as an estimate before, corrected to the truth afterwards."""

    def __init__(self, bucket: Bucket | None, estimate: int) -> None:
        self._bucket = bucket
        self._taken = 0
        self.comes_to(estimate)

    def comes_to(self, tokens: int) -> None:
        """Let the request cost so many tokens, whatever it was thought to cost before."""
        if self._bucket:
            self._bucket.take(tokens - self._taken)
        self._taken = tokens


class Allowance:
    """Belongs to one gateway process: several workers each grant it."""

    def __init__(self, key: Key, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._searches = 0
        self._key = key
        self._requests = self._changed(None, key.requests_per_minute)
        self._tokens = self._changed(None, key.tokens_per_minute)

    def change(self, key: Key) -> None:
        """Let the key's new limits hold from now on."""
        if key != self._key:
            self._key = key
            self._requests = self._changed(self._requests, key.requests_per_minute)
            self._tokens = self._changed(self._tokens, key.tokens_per_minute)

    @contextmanager
    def request(self) -> Generator[None, None, None]:
        """Count a request inside the block. Raises Overloaded, which says when to come back, beyond a limit."""
        most, bucket = self._key.concurrent, self._requests
        if most is not None and self._searches >= most:
            raise Overloaded(_SEARCHES.format(most), retry_after=BUSY_SECONDS)
        if bucket and (wait := bucket.wait(1)):
            raise Overloaded(_LIMIT.format("requests", bucket.limit, wait), retry_after=wait)
        if bucket:
            bucket.take(1)
        self._searches += 1
        try:
            yield
        finally:
            self._searches -= 1

    def spend(self, estimate: int) -> Spending:
        """Take the tokens that a request is likely to cost. Raises Overloaded when they aren't there yet."""
        if self._tokens and (wait := self._tokens.wait(estimate)):
            raise Overloaded(_LIMIT.format("tokens", self._tokens.limit, wait), retry_after=wait)
        return Spending(self._tokens, estimate)

    def headers(self) -> dict[str, str]:
        """Return what is left in OpenAI's `x-ratelimit-*` headers, for those limits that there are."""
        buckets = {"requests": self._requests, "tokens": self._tokens}
        return {name: value for kind, bucket in buckets.items() if bucket for name, value in _headers(kind, bucket)}

    def _changed(self, bucket: Bucket | None, limit: int | None) -> Bucket | None:
        if limit is None:
            return None
        if bucket is None:
            return Bucket(limit, self._clock)
        bucket.change(limit)
        return bucket


def _headers(kind: str, bucket: Bucket) -> Generator[tuple[str, str], None, None]:
    yield f"x-ratelimit-limit-{kind}", str(bucket.limit)
    yield f"x-ratelimit-remaining-{kind}", str(bucket.left)
    yield f"x-ratelimit-reset-{kind}", f"{bucket.full_after:.3f}s"


_SEARCHES = "this key has {0} searches running, as many as it may at once; wait for one of them to end"
_LIMIT = "this key may use {1} {0} a minute; ask again in {2:.1f} s"
