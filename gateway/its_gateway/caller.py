"""The caller of a request: which tenant it is, what it may use, and within which limits."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Protocol

from its.orchestrator.v1.event_pb2 import SolveEvent
from its.orchestrator.v1.orchestrator_pb2 import Limits, SolveRequest
from its_gateway.bounds import check
from its_gateway.errors import ApiError
from its_gateway.keys import Key
from its_gateway.orchestrator import Told
from its_gateway.settings import Settings
from its_gateway.spent import Spent
from its_gateway.standing import Standing
from its_runtime.errors import NotFound


class Solves(Protocol):
    """What a caller asks: the orchestrator."""

    def solve(
        self, request: SolveRequest, seconds: float, told: Told | None = None
    ) -> AsyncGenerator[SolveEvent, None]:
        """Yield what happens while `request` is solved; `told` hears what its tenant has left."""
        ...


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever holds a key."""

    key: Key
    settings: Settings
    name: str = ""
    """What people call the key."""
    standing: Standing = field(default_factory=lambda: Standing(known=True))
    """What the key has left, as soon as the orchestrator has said so."""

    def may_use(self, profile: str, model: str) -> bool:
        """Return whether `model`, as /v1/models lists it, which is `profile` or an algorithm on it, exists for them."""
        return not self.key.models or not {profile, model}.isdisjoint(self.key.models)

    async def solve(
        self, orchestrator: Solves, request: SolveRequest, seconds: float
    ) -> AsyncGenerator[SolveEvent, None]:
        """Yield what happens while `request` is solved for this tenant, within the limits of its key.

        `request.limits` may say of how many calls it is one. Raises InvalidRequest for more than this gateway lets
        anybody ask, ApiError for a model that doesn't exist for this caller, Overloaded beyond a limit.
        """
        self._check(request)
        request.tenant, request.priority = self.key.id, self.key.priority
        told, spent = self._limit(request), Spent()
        try:
            async with aclosing(orchestrator.solve(request, seconds, told)) as events:
                async for event in events:
                    spent.hear(event)
                    yield event
        except NotFound as error:
            raise self._told(request, error) from error

    def _limit(self, request: SolveRequest) -> Told | None:
        """Put the key's limits into `request`, and return what hears of them; without any, nothing is counted."""
        if not self.key.is_limited:
            request.ClearField("limits")
            return None
        most = Limits(
            requests_per_minute=self.key.requests_per_minute or 0,
            concurrent=self.key.concurrent or 0,
            tokens_per_minute=self.key.tokens_per_minute or 0,
        )
        request.limits.MergeFrom(most)
        return self.standing.hear

    def _check(self, request: SolveRequest) -> None:
        check(request, self.settings)
        named = f"{request.model}:{request.algorithm}" if request.algorithm else request.model
        if not self.may_use(request.model, named):
            raise self._missing(request.model)

    def _told(self, request: SolveRequest, error: NotFound) -> Exception:
        """Return the error without names that are not this caller's; one of another field names no models."""
        return self._missing(request.model) if self.key.models and not error.violations else error

    def _missing(self, model: str) -> ApiError:
        message = f"there is no model {model!r} for this key; there are {', '.join(self.key.models)}"
        return ApiError(404, message, param="model", code="model_not_found")
