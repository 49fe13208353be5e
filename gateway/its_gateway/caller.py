"""The caller of a request: which tenant it is, what it may use, and what it has left to spend."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Protocol

from its.orchestrator.v1.answer_pb2 import Ledger
from its.orchestrator.v1.event_pb2 import SolveEvent
from its.orchestrator.v1.orchestrator_pb2 import SolveRequest
from its_gateway.allowance import Allowance
from its_gateway.bounds import check
from its_gateway.errors import ApiError
from its_gateway.keys import Key
from its_gateway.settings import Settings
from its_runtime.errors import NotFound

LIKELY_TOKENS = 256
"""Tokens that a sample is thought to take where its request names no limit."""
BYTES_PER_TOKEN = 4


class Solves(Protocol):
    """What a caller asks: the orchestrator."""

    def solve(self, request: SolveRequest, seconds: float) -> AsyncGenerator[SolveEvent, None]:
        """Yield what happens while `request` is solved."""
        ...


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever holds a key."""

    key: Key
    allowance: Allowance
    settings: Settings
    name: str = ""
    """What people call the key."""

    def may_use(self, profile: str, model: str) -> bool:
        """Return whether `model`, as /v1/models lists it, which is `profile` or an algorithm on it, exists for them."""
        return not self.key.models or not {profile, model}.isdisjoint(self.key.models)

    async def solve(
        self, orchestrator: Solves, request: SolveRequest, seconds: float
    ) -> AsyncGenerator[SolveEvent, None]:
        """Yield what happens while `request` is solved for this tenant; its tokens are charged to the key.

        Raises InvalidRequest for more than this gateway lets anybody ask, ApiError for a model that doesn't exist
        for this caller, Overloaded beyond its tokens a minute. A run that is left before it tells what it cost is
        charged what it was likely to.
        """
        self._check(request)
        request.tenant, request.priority = self.key.id, self.key.priority
        spending, begun = self.allowance.spend(likely_tokens(request)), False
        try:
            async with aclosing(orchestrator.solve(request, seconds)) as events:
                async for event in events:
                    begun = True
                    if event.HasField("answer"):
                        spending.comes_to(_tokens(event.answer.ledger))
                    yield event
        except NotFound as error:
            raise self._told(request, error) from error
        finally:
            if not begun:
                spending.comes_to(0)

    def _check(self, request: SolveRequest) -> None:
        check(request, self.settings)
        named = f"{request.model}:{request.algorithm}" if request.algorithm else request.model
        if not self.may_use(request.model, named):
            raise self._missing(request.model)

    def _told(self, request: SolveRequest, error: NotFound) -> Exception:
        """Return the error without names that are not this caller's."""
        return self._missing(request.model) if self.key.models else error

    def _missing(self, model: str) -> ApiError:
        message = f"there is no model {model!r} for this key; there are {', '.join(self.key.models)}"
        return ApiError(404, message, param="model", code="model_not_found")


def likely_tokens(request: SolveRequest) -> int:
    """Return how many tokens a request is likely to use, before anything is known of it."""
    prompt = request.conversation.ByteSize() // BYTES_PER_TOKEN
    if request.budget.tokens:
        return prompt + request.budget.tokens
    each = request.sampling.max_tokens or LIKELY_TOKENS
    return prompt + max(1, request.budget.samples) * each


def _tokens(ledger: Ledger) -> int:
    return ledger.prompt_tokens + ledger.completion_tokens
