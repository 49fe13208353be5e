"""RewardService over gRPC: convert, score, convert."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from typing import Any

from grpc import aio

from its.reward.v1 import reward_pb2 as pb
from its.reward.v1.reward_pb2_grpc import RewardServiceServicer
from its_reward import convert
from its_reward.models import Models
from its_reward.overlap import overlapped
from its_reward.trajectory import Unscored, Usage, Verdict
from its_runtime import trail
from its_runtime.deadline import remaining
from its_runtime.errors import KINDS, ItsError

Context = aio.ServicerContext[Any, Any]


class RewardServicer(RewardServiceServicer):
    """Answers calls with the reward models of this process."""

    def __init__(self, models: Models) -> None:
        self._models = models

    async def Score(self, request: pb.ScoreRequest, context: Context) -> pb.ScoreResponse:
        return await self._score(request, _deadline(context))

    async def ScoreStream(
        self, request_iterator: AsyncIterator[pb.ScoreStreamRequest], context: Context
    ) -> AsyncGenerator[pb.ScoreStreamResponse, None]:
        deadline = _deadline(context)

        async def answer(request: pb.ScoreStreamRequest) -> pb.ScoreStreamResponse:
            return await self._answer(request.batch, deadline)

        async with aclosing(overlapped(request_iterator, answer)) as answers:
            async for response in answers:
                yield response

    async def GetCapabilities(self, request: pb.GetCapabilitiesRequest, context: Context) -> pb.GetCapabilitiesResponse:
        served = self._models.by_name.items()
        models = [convert.from_capabilities(name, scorer.capabilities) for name, scorer in served]
        return pb.GetCapabilitiesResponse(models=models)

    async def _answer(self, batch: pb.ScoreRequest, deadline: float | None) -> pb.ScoreStreamResponse:
        try:
            scores = await self._score(batch, deadline)
        except ItsError as error:
            return pb.ScoreStreamResponse(request_id=batch.request_id, failure=convert.from_error(error))
        return pb.ScoreStreamResponse(request_id=batch.request_id, scores=scores)

    async def _score(self, request: pb.ScoreRequest, deadline: float | None) -> pb.ScoreResponse:
        name, scorer = self._models.find(request.model)
        trail.note(model=name)
        how = convert.to_aggregation(request.aggregation, scorer.capabilities)
        verdicts = await scorer.score(convert.to_batch(request, deadline))
        _count(verdicts)
        _refuse_if_nothing_was_tried(verdicts)
        return convert.from_verdicts(request, verdicts, how, convert.from_identity(name, scorer.capabilities))


def _count(verdicts: Sequence[Verdict]) -> None:
    used = sum((verdict.usage for verdict in verdicts), Usage())
    trail.count(
        trajectories=len(verdicts),
        prompt_tokens=used.prompt_tokens,
        cached_prompt_tokens=used.cached_tokens,
        completion_tokens=used.completion_tokens,
    )


def _deadline(context: Context) -> float | None:
    left = remaining(context)
    return None if left is None else asyncio.get_running_loop().time() + left


def _refuse_if_nothing_was_tried(verdicts: Sequence[Verdict]) -> None:
    """Raise the one error that all trajectories failed with, when it cost nothing to find out."""
    failures = {v.code: v for v in verdicts if isinstance(v, Unscored) and v.usage == Usage()}
    if len(failures) == 1 and all(isinstance(v, Unscored) and v.usage == Usage() for v in verdicts):
        failure = next(iter(failures.values()))
        raise next(kind for kind in KINDS if kind.code.value[0] == failure.code)(failure.message)
