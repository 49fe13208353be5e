"""A reward model of the reward service, as strategies ask it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from its_orchestrator.components.session import Session
from its_orchestrator.engines import Reward, RewardModel, Scored, Scoring, Trajectory
from its_orchestrator.prompt import Conversation, said
from its_orchestrator.scoring.verdict import fault
from its_orchestrator.steps import split
from its_runtime.errors import ItsError, NotFound, Unmet


@dataclass(frozen=True)
class Rewards:
    """One reward model of one run."""

    service: Reward | None
    """None where there is no reward service."""
    name: str
    """The model; empty for the service's default one."""
    session: Session

    async def score(self, prompt: Conversation | str, texts: Sequence[str]) -> list[float | str]:
        """Return the score of each text, within the model's range, or why it has none. All are scored in one call."""
        if not texts:
            return []
        try:
            async with asyncio.timeout(self.session.watch.left):
                return await self._scored(said(prompt) if isinstance(prompt, str) else prompt, texts)
        except TimeoutError:
            return ["the run's budget of seconds ended"] * len(texts)
        except ItsError as error:
            return [error.message] * len(texts)

    async def _scored(self, prompt: Conversation, texts: Sequence[str]) -> list[float | str]:
        if refusal := self.session.refusal():
            raise refusal
        if self.service is None:
            raise Unmet("there is no reward service here; run this in an orchestrator that has one")
        model = await self._model(self.service)
        trajectories = tuple(Trajectory(str(at), split(text) or ("",), complete=True) for at, text in enumerate(texts))
        request = f"{self.session.request_id[:64]}.{self.session.recorder.trace_id}.{self.session.turn_id()}"[:128]
        scoring = Scoring(
            request, model.identity.name, prompt, trajectories, "default", seconds=self.session.watch.left
        )
        with self.session.account.scoring():
            scores = await self.service.score(scoring)
        self.session.account.judged(scores.usage)
        if len(scores.scored) != len(texts):
            raise Unmet(f"reward model {model.identity.name!r} returned {len(scores.scored)} scores for {len(texts)}")
        return [_value(model, one, said) for one, said in zip(trajectories, scores.scored, strict=True)]

    async def _model(self, service: Reward) -> RewardModel:
        models = await service.models()
        found = next((one for one in models if not self.name or one.identity.name == self.name), None)
        if found is None:
            served = ", ".join(one.identity.name for one in models) or "none"
            raise NotFound(f"the reward service serves no model called {self.name!r}; it serves {served}")
        return found


def _value(model: RewardModel, trajectory: Trajectory, scored: Scored) -> float | str:
    wrong = fault(model, trajectory, scored)
    return wrong or scored.value or 0.0
