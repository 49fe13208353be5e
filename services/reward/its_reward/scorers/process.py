"""Process: what a model trained to judge says at the end of each step, a good verdict against a bad one.

With verdict tokens, as Wang et al. 2024, "Math-Shepherd", section 3.3 (arXiv 2312.08935): the probability of the
good token among the two. With a head, as Zhang et al. 2025, "The Lessons of Developing Process Reward Models",
section 4 (arXiv 2501.07301): the same, with classes in place of tokens.
"""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from its_models.tokenizer import Tokenizer
from its_reward.aggregate import Aggregation
from its_reward.attempt import attempts
from its_reward.engine import Engine, Floats, Passage, Probes
from its_reward.engines import open_engine
from its_reward.scorer import Capabilities
from its_reward.settings import ProcessSettings, folder_path
from its_reward.trajectory import Batch, Scored, Trajectory, Usage, Verdict
from its_reward.transcript import Transcriber
from its_runtime.config import ConfigError
from its_runtime.errors import InvalidRequest


class RewardFile(BaseModel):
    """reward.json in a model's folder: how the model speaks its verdict."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    good: str | int = Field(description="The good verdict: the text of one token, a token id, or a class of the head.")
    bad: str | int = Field(description="The bad verdict.")
    cue: str = Field(default="", description="Written behind each step to ask for the verdict.")

    @classmethod
    def read(cls, folder: Path) -> "RewardFile":
        """Read the file of `folder`; raises ConfigError when it can't be used."""
        path = folder / "reward.json"
        try:
            return cls.model_validate(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, ValidationError) as error:
            form = '{"good": "+", "bad": "-", "cue": ""}'
            raise ConfigError(f"{path}: a process reward model needs this file, such as {form}: {error}") from error


class ProcessScorer:
    """Scores each step by the verdict at its end. The trajectory's own score is the last verdict."""

    def __init__(
        self, engine: Engine, probes: tuple[int, int], transcriber: Transcriber, default: Aggregation | None
    ) -> None:
        self._engine = engine
        self._probes = probes
        self._transcriber = transcriber
        self.capabilities = Capabilities(
            scorer="process",
            kind="process",
            default_aggregation=default or Aggregation.MIN,
            accepts_tokens=True,
            max_context_tokens=transcriber.max_context,
            revision=engine.revision,
            fingerprint=transcriber.tokenizer.fingerprint,
        )

    async def check(self) -> None:
        await self._engine.check()

    async def score(self, batch: Batch) -> list[Verdict]:
        prompt = self._transcriber.prompt(batch.prompt)

        async def one(trajectory: Trajectory) -> Verdict:
            return await self._one(self._transcriber.passage(prompt, trajectory, batch.flow), trajectory.known)

        return await attempts(batch, one)

    async def _one(self, passage: Passage, known: tuple[float, ...]) -> Scored:
        if len(known) == passage.steps:
            return Scored(known[-1], known)
        if passage.cuts[len(known) + 1] == passage.first:
            raise InvalidRequest(f"step {len(known)} has no token, so there is nothing to judge; send it with the next")
        read = await self._engine.probe(passage, self._probes)
        values = known + tuple(map(float, _share_of_good(read)))
        return Scored(values[-1], values, usage=Usage(len(passage.ids), read.cached))


@asynccontextmanager
async def open_process(settings: ProcessSettings) -> AsyncGenerator[ProcessScorer, None]:
    """Load the reward model; raises ConfigError when its folder doesn't say how it speaks its verdict."""
    folder = folder_path(settings.folder)
    file = RewardFile.read(folder)
    async with open_engine(settings, settings.folder) as engine:
        transcriber = Transcriber.open(folder, engine.max_context, file.cue)
        probes = tuple(_probe(verdict, transcriber.tokenizer) for verdict in (file.good, file.bad))
        yield ProcessScorer(engine, (probes[0], probes[1]), transcriber, settings.aggregation)


def _probe(verdict: str | int, tokenizer: Tokenizer) -> int:
    if isinstance(verdict, int):
        return verdict
    ids = tokenizer.encode(verdict)
    if len(ids) != 1:
        raise ConfigError(f"reward.json: a verdict is one token, but {verdict!r} has {len(ids)}")
    return ids[0]


def _share_of_good(read: Probes) -> Floats:
    good, bad = np.exp(read.logprobs).T
    return good / (good + bad)
