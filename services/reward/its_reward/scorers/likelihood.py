"""Likelihood: a step is worth what a reference model thinks of its tokens.

It needs no training of its own, only a reference better than the policy: a step is worth its least expected token
or, with the policy beside the reference, the ratio of their densities (`its_reward.scorers.worth`).
A complete trajectory's last step includes its end, so that stopping too early costs as much as a wrong token.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

import numpy as np

from its_models.tokenizer import Tokenizer
from its_reward.aggregate import Aggregation
from its_reward.attempt import attempts
from its_reward.engine import Engine, Floats, Passage
from its_reward.engines import open_engine
from its_reward.scorer import Capabilities
from its_reward.scorers.worth import DensityRatio, WorstToken, Worth
from its_reward.settings import LikelihoodSettings, folder_path
from its_reward.trajectory import Batch, Scored, Trajectory, Usage, Verdict
from its_reward.transcript import Transcriber
from its_runtime.config import ConfigError


class LikelihoodScorer:
    """Scores by what one or two engines read."""

    def __init__(
        self, engines: Sequence[Engine], worth: Worth, transcriber: Transcriber, default: Aggregation | None
    ) -> None:
        self._engines = engines
        self._worth = worth
        self._transcriber = transcriber
        self.capabilities = Capabilities(
            scorer="likelihood",
            kind="process",
            default_aggregation=default or Aggregation.MODEL,
            accepts_tokens=True,
            max_context_tokens=transcriber.max_context,
            revision=engines[0].revision,
            fingerprint=transcriber.tokenizer.fingerprint,
        )

    async def check(self) -> None:
        for engine in self._engines:
            await engine.check()

    async def score(self, batch: Batch) -> list[Verdict]:
        prompt = self._transcriber.prompt(batch.prompt)

        async def one(trajectory: Trajectory) -> Verdict:
            return await self._one(self._transcriber.passage(prompt, trajectory, batch.flow), trajectory)

        return await attempts(batch, one)

    async def _one(self, passage: Passage, trajectory: Trajectory) -> Scored:
        known = trajectory.known
        if len(known) == passage.steps:
            return Scored(self._worth.whole(known), known)
        ends = self._ends(passage, trajectory)
        reads = await asyncio.gather(*(engine.likelihood(passage, ends) for engine in self._engines))
        evidence = _per_step(self._worth.evidence(reads), passage, len(known))
        values = known + tuple(map(self._worth.step, evidence))
        usage = sum((Usage(len(passage.ids), read.cached) for read in reads), Usage())
        return Scored(self._worth.whole(values), values, usage=usage)

    def _ends(self, passage: Passage, trajectory: Trajectory) -> Sequence[int]:
        ends = self._transcriber.tokenizer.eos_ids
        return sorted(ends) if trajectory.complete and passage.ids[-1] not in ends else ()


@asynccontextmanager
async def open_likelihood(settings: LikelihoodSettings) -> AsyncGenerator[LikelihoodScorer, None]:
    """Load the reference model, and the policy where there is one.

    Raises:
        ConfigError: if the two have different tokenizers.
    """
    async with AsyncExitStack() as stack:
        folders = [settings.folder] if settings.policy is None else [settings.folder, settings.policy]
        engines = [await stack.enter_async_context(open_engine(settings, folder)) for folder in folders]
        _same_tokenizer(folders)
        context = min(engine.max_context for engine in engines)
        worth = WorstToken() if settings.policy is None else DensityRatio()
        transcriber = Transcriber.open(folder_path(settings.folder), context)
        yield LikelihoodScorer(engines, worth, transcriber, settings.aggregation)


def _same_tokenizer(folders: Sequence[str]) -> None:
    prints = {folder: Tokenizer.open(folder_path(folder)).fingerprint for folder in folders}
    if len(set(prints.values())) > 1:
        raise ConfigError(f"a density ratio needs one tokenizer, but they differ: {prints}; choose another policy")


def _per_step(values: Floats, passage: Passage, known: int) -> Sequence[Floats]:
    """Return the values of the tokens from `first` on, cut into the steps after the `known` ones.

    What is beyond the last token, the end, belongs to the last step.
    """
    return np.split(values, [cut - passage.first for cut in passage.cuts[known + 1 : -1]])
