"""The client of a reward service."""

from collections.abc import Sequence

from grpc import aio

from its.reward.v1 import reward_pb2 as pb
from its.reward.v1.reward_pb2_grpc import RewardServiceStub
from its_orchestrator.clients import scoring as wire
from its_orchestrator.clients.believed import Believed
from its_orchestrator.engines import RewardModel, Scores, Scoring
from its_runtime.calls import response
from its_runtime.errors import NotFound, Unavailable
from its_runtime.fairness import Permits
from its_runtime.trail import outgoing

ASK_SECONDS = 5.0
"""How long a service may take to say what it can do."""


class RewardClient:
    """Calls a reward service over `channel`, with at most `calls` at once; more wait."""

    def __init__(
        self,
        channel: aio.Channel,
        address: str,
        *,
        calls: int = 256,
        longest: float = 120.0,
        believe_seconds: float = 10.0,
    ) -> None:
        self._service = f"reward service at {address}"
        self._permits = Permits(calls)
        self._longest = longest
        self._stub = RewardServiceStub(channel)
        self._models = Believed(self._ask, believe_seconds)

    @property
    def waiting(self) -> int:
        """How many calls wait for their turn."""
        return self._permits.waiting

    async def models(self) -> Sequence[RewardModel]:
        return await self._models.answer()

    async def score(self, scoring: Scoring) -> Scores:
        try:
            async with self._permits.held(scoring.flow):
                timeout = self._longest if scoring.seconds is None else min(scoring.seconds, self._longest)
                call = self._stub.Score(wire.request(scoring), timeout=timeout, metadata=outgoing())
                return wire.scores(await response(call, self._service))
        except (Unavailable, NotFound):
            self._models.doubt()
            raise

    async def _ask(self) -> Sequence[RewardModel]:
        call = self._stub.GetCapabilities(pb.GetCapabilitiesRequest(), timeout=ASK_SECONDS)
        return [wire.model(one) for one in (await response(call, self._service)).models]
