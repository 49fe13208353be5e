"""Admission: a call is let in on what its tenant may do, or refused before anything is spent."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, TypeVar

from grpc import aio

from its.orchestrator.v1 import orchestrator_pb2 as pb
from its_orchestrator.budget import Budget
from its_orchestrator.limits.allowance import Allowance
from its_orchestrator.limits.allowances import Allowances
from its_orchestrator.limits.claim import Claim, Limits, likely_tokens, prompt_tokens
from its_orchestrator.limits.spending import Spending
from its_runtime import trail
from its_runtime.errors import Overloaded

Context = aio.ServicerContext[Any, Any]
Request = pb.SolveRequest | pb.RunFunctionRequest | pb.RunPipelineRequest
Admitted = AbstractContextManager[Spending | None]
Decision = TypeVar("Decision")

_FREE: Admitted = nullcontext()


class Admission:
    """Counts what tenants do in this process."""

    def __init__(self) -> None:
        self._allowances = Allowances()

    async def glance(self, request: Request, context: Context) -> None:
        """Raise Overloaded for a call that can't be let in whatever it asks: nothing has to be looked at for that."""
        if request.HasField("limits"):
            allowance = self._allowances.of(request.tenant)
            claim = _claim(request.limits, prompt_tokens(request.ByteSize()))
            await _told(lambda: allowance.check(claim), allowance, context)

    async def admit(
        self, request: Request, context: Context, budget: Budget, max_tokens: int | None = None
    ) -> Admitted:
        """Return the block in which the call runs, and tell the caller what its tenant has left.

        The call is likely to use what `budget` and `max_tokens`, of one sample, allow. A request that names no limits
        is not counted, and nobody is told anything. Raises Overloaded beyond a limit.
        """
        if not request.HasField("limits"):
            return _FREE
        allowance = self._allowances.of(request.tenant)
        claim = _claim(request.limits, likely_tokens(request.ByteSize(), budget, max_tokens))
        spending = await _told(lambda: allowance.enter(claim), allowance, context)
        try:
            await context.send_initial_metadata(allowance.left())
        except BaseException:
            spending.end()
            raise
        return spending


async def _told(decide: Callable[[], Decision], allowance: Allowance, context: Context) -> Decision:
    """Return what was decided; who is refused is told what is left."""
    try:
        return decide()
    except Overloaded as error:
        trail.note(limit=error.reason.lower())
        await context.send_initial_metadata(allowance.left())
        raise


def _claim(limits: pb.Limits, tokens: int) -> Claim:
    most = Limits(limits.requests_per_minute, limits.concurrent, limits.tokens_per_minute)
    return Claim(most, tokens, limits.request, limits.calls or 1)
