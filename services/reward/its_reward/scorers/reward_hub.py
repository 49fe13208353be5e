"""reward-hub: reward models that its AutoRM knows, https://github.com/Red-Hat-AI-Innovation-Team/reward_hub.

It runs them in this process, doesn't count tokens and isn't safe to call from two threads: it gets one of its own.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from importlib import import_module
from typing import Any, Protocol

from its_reward.aggregate import Aggregation
from its_reward.attempt import attempts
from its_reward.plain import messages_of, steps_of
from its_reward.scorer import Capabilities
from its_reward.settings import RewardHubSettings
from its_reward.trajectory import Batch, Message, Scored, Trajectory, Verdict
from its_runtime.config import ConfigError
from its_runtime.errors import Internal, InvalidRequest

SEPARATOR = "\n\n"
"""What reward-hub cuts answers into steps at."""


class StepScores(Protocol):
    """reward-hub's PRMResult, as far as it is needed."""

    step_scores: Sequence[float]


class RewardHubScorer:
    """Scores by a model of reward-hub: `score(conversations)` gives one number or one PRMResult each."""

    def __init__(self, model: Any, settings: RewardHubSettings, thread: ThreadPoolExecutor, *, process: bool) -> None:  # noqa: ANN401
        self._model = model
        self._thread = thread
        self._process = process
        self.capabilities = Capabilities(
            scorer="reward_hub",
            kind="process" if process else "outcome",
            default_aggregation=settings.aggregation or (Aggregation.LAST if process else Aggregation.MODEL),
            own_score=not process,
            min_value=0.0 if process else -float("inf"),
            max_value=1.0 if process else float("inf"),
            revision=settings.model,
        )

    async def score(self, batch: Batch) -> list[Verdict]:
        conversation = messages_of(batch.prompt)

        async def one(trajectory: Trajectory) -> Verdict:
            steps = steps_of(trajectory)
            if not steps:
                raise InvalidRequest("the trajectory has no step; send at least one")
            return await (self._steps if self._process else self._whole)(conversation, steps)

        return await attempts(batch, one)

    async def _steps(self, conversation: Sequence[Message], steps: Sequence[str]) -> Scored:
        answer = SEPARATOR.join(_one_paragraph(step) for step in steps)
        results = await self._run(conversation, answer, step_separator=SEPARATOR, return_full_prm_result=True)
        result: StepScores = results[0]
        if len(result.step_scores) != len(steps):
            raise Internal(f"reward-hub gave {len(result.step_scores)} values for {len(steps)} steps; it has no score")
        return Scored(None, tuple(map(float, result.step_scores)))

    async def _whole(self, conversation: Sequence[Message], steps: Sequence[str]) -> Scored:
        return Scored(float((await self._run(conversation, "".join(steps)))[0]))

    async def _run(self, conversation: Sequence[Message], answer: str, **options: object) -> Sequence[Any]:
        messages = [*conversation, {"role": "assistant", "content": answer}]
        call: Callable[[], Sequence[Any]] = partial(self._model.score, [messages], **options)
        return await asyncio.get_running_loop().run_in_executor(self._thread, call)


@asynccontextmanager
async def open_reward_hub(settings: RewardHubSettings) -> AsyncGenerator[RewardHubScorer, None]:
    """Load a model by `AutoRM.load`; raises ConfigError when reward-hub isn't installed or doesn't know it."""
    with ThreadPoolExecutor(1, thread_name_prefix="reward-hub") as thread:
        hub = _import()
        base: Any = import_module("reward_hub.base")
        load = partial(hub.AutoRM.load, settings.model, settings.load_method, **settings.options)
        try:
            model = await asyncio.get_running_loop().run_in_executor(thread, load)
        except (ValueError, AssertionError) as error:
            raise ConfigError(f"reward: reward-hub can't load {settings.model!r}: {error}") from error
        process = isinstance(model, base.AbstractProcessRewardModel)
        yield RewardHubScorer(model, settings, thread, process=process)


def _import() -> Any:  # noqa: ANN401
    try:
        return import_module("reward_hub")
    except ImportError as error:
        raise ConfigError("reward: scorer reward_hub needs reward-hub; install its-reward[reward-hub]") from error


def _one_paragraph(step: str) -> str:
    """Return a step in which reward-hub finds no further step."""
    return re.sub(r"\n{2,}", "\n", step.strip("\n"))
