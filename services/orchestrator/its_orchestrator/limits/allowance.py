"""An allowance: what one tenant may still do now, in requests, requests at once and tokens."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from its_orchestrator.limits.bucket import MINUTE, Bucket
from its_orchestrator.limits.claim import Claim, Limits
from its_orchestrator.limits.spending import Spending
from its_runtime.errors import Overloaded

BUSY_SECONDS = 1.0
"""After how long to try again when as many requests run as may."""


class RequestsUsed(Overloaded):
    """As many requests have begun as may in a minute."""

    reason = "REQUESTS_PER_MINUTE"


class RequestsRunning(Overloaded):
    """As many requests run as may at once."""

    reason = "CONCURRENT"


class TokensUsed(Overloaded):
    """The tokens that a request is likely to use aren't there yet."""

    reason = "TOKENS_PER_MINUTE"


@dataclass(slots=True)
class _Coming:
    calls: int
    until: float


class Allowance:
    """Belongs to one tenant, over all gateways."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._limits = Limits()
        self._requests: Bucket | None = None
        self._tokens: Bucket | None = None
        self._running = Counter[object]()
        """Requests with as many of their calls as run now."""
        self._coming: dict[str, _Coming] = {}
        """Requests that were let in, some of whose calls haven't come yet."""

    @property
    def is_whole(self) -> bool:
        """Whether nothing runs and nothing is used: a new one is the same."""
        buckets = (self._requests, self._tokens)
        return not self._running and all(bucket is None or bucket.full_after <= 0 for bucket in buckets)

    def check(self, claim: Claim) -> None:
        """Raise Overloaded, which says when to come back, where the call can't be let in within its limits."""
        self._change(claim.limits)
        if claim.calls == 1 or claim.request not in self._coming:
            self._check(claim.tokens * claim.calls)

    def enter(self, claim: Claim) -> Spending:
        """Let a call in; leave the spending's block when it has ended. Raises as `check` does, and takes nothing then.

        Calls of a request that was let in are let in.
        """
        self.check(claim)
        name: object = claim.request if claim.calls > 1 else object()
        if not self._is_expected(claim):
            self._begin(claim)
        self._running[name] += 1
        return Spending(self._tokens, claim.tokens, lambda: self._leave(name))

    def left(self) -> tuple[tuple[str, str], ...]:
        """Return what is left as OpenAI's `x-ratelimit-*`, for those limits that there are."""
        buckets = {"requests": self._requests, "tokens": self._tokens}
        return tuple(pair for kind, bucket in buckets.items() if bucket for pair in _left(kind, bucket))

    def _is_expected(self, claim: Claim) -> bool:
        """Tell whether the call belongs to a request that was let in before."""
        coming = self._coming.get(claim.request) if claim.calls > 1 else None
        if coming is None:
            return False
        coming.calls -= 1
        if not coming.calls:
            del self._coming[claim.request]
        return True

    def _begin(self, claim: Claim) -> None:
        """Count a request."""
        if self._requests:
            self._requests.take(1)
        if claim.calls > 1:
            now = self._clock()  # calls of clients that left in between never come
            self._coming = {name: one for name, one in self._coming.items() if one.until > now}
            self._coming[claim.request] = _Coming(claim.calls - 1, now + MINUTE)

    def _check(self, tokens: int) -> None:
        most = self._limits.concurrent
        if most and len(self._running) >= most:
            raise RequestsRunning(_RUNNING.format(len(self._running)), retry_after=BUSY_SECONDS)
        if self._requests and (wait := self._requests.wait(1)):
            raise RequestsUsed(_REQUESTS.format(self._requests.limit, wait), retry_after=wait)
        if self._tokens and (wait := self._tokens.wait(tokens)):
            message = _TOKENS.format(tokens, self._tokens.left, self._tokens.limit, wait)
            raise TokensUsed(message, retry_after=wait)

    def _leave(self, name: object) -> None:
        self._running[name] -= 1
        if not self._running[name]:
            del self._running[name]

    def _change(self, limits: Limits) -> None:
        """Let new limits hold from now on; what was used stays used."""
        if limits != self._limits:
            self._limits = limits
            self._requests = self._changed(self._requests, limits.requests_per_minute)
            self._tokens = self._changed(self._tokens, limits.tokens_per_minute)

    def _changed(self, bucket: Bucket | None, limit: int) -> Bucket | None:
        if not limit:
            return None
        if bucket is None:
            return Bucket(limit, self._clock)
        bucket.change(limit)
        return bucket


def _left(kind: str, bucket: Bucket) -> Iterator[tuple[str, str]]:
    yield f"x-ratelimit-limit-{kind}", str(bucket.limit)
    yield f"x-ratelimit-remaining-{kind}", str(bucket.left)
    yield f"x-ratelimit-reset-{kind}", f"{bucket.full_after:.3f}s"


_RUNNING = (
    "requests that run at once: there are {0}, as many as there may be with this key; wait for one of them to end"
)
_REQUESTS = "this key may make {0} requests a minute; ask again in {1:.1f} s"
_TOKENS = (
    "this request may take {0} tokens, and {1} are left of the {2} tokens a minute that this key may use; "
    "ask again in {3:.1f} s, or allow fewer tokens"
)
