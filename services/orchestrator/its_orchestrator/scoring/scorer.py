"""The scorer of one run: candidates of one moment share a call, and no trajectory is scored twice."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from its_orchestrator.candidate import Candidate
from its_orchestrator.engines import Aggregation, Reward, RewardModel, Scored, Scores, Scoring, Trajectory
from its_orchestrator.limits.account import Account
from its_orchestrator.limits.watch import Watch
from its_orchestrator.scoring.verdict import broken, fault, lowest
from its_orchestrator.steps import split, step_ends
from its_orchestrator.terms import Terms
from its_runtime.errors import ItsError, Unmet
from its_runtime.fairness import Flow

GRACE_SECONDS = 1.0
"""How long after the run's own time a call may last, so that it is we who end it, and not the service with an error."""
Key = tuple[tuple[str, ...], bool]


@dataclass(frozen=True, slots=True)
class _Asked:
    trajectory: Trajectory
    key: Key
    result: "asyncio.Future[Scored | None]"


class Scorer:
    """Asks the reward service; failures are noted in the account, never raised."""

    def __init__(
        self,
        reward: Reward,
        model: RewardModel,
        terms: Terms,
        account: Account,
        watch: Watch,
        trace_id: str,
        *,
        aggregation: Aggregation,
        delimiters: Sequence[str],
    ) -> None:
        self.model = model
        self._reward = reward
        self._terms = terms
        self._account = account
        self._watch = watch
        self._trace_id = trace_id
        self._aggregation: Aggregation = aggregation
        self._delimiters = delimiters
        self._known: dict[Key, asyncio.Future[Scored | None]] = {}
        self._asked: list[_Asked] = []
        self._calls: set[asyncio.Task[None]] = set()
        self._count = 0

    def ask(self, candidate: Candidate) -> "asyncio.Future[Scored | None]":
        """Return the future score of `candidate`: None when it fails or the time ends first.

        What is asked before the loop turns again is asked in one call.
        """
        key = (self._texts(candidate), candidate.finished)
        if key not in self._known:
            self._known[key] = self._enqueue(candidate, key)
        return self._known[key]

    async def close(self) -> None:
        """Stop all calls."""
        for call in self._calls:
            call.cancel()
        if self._calls:
            await asyncio.wait(self._calls)

    def _enqueue(self, candidate: Candidate, key: Key) -> "asyncio.Future[Scored | None]":
        loop = asyncio.get_running_loop()
        result: asyncio.Future[Scored | None] = loop.create_future()
        if not candidate.text:
            result.set_result(Scored(candidate.id, lowest(self.model)))
            return result
        if not self._asked:
            loop.call_soon(self._flush)
        self._asked.append(_Asked(self._trajectory(candidate), key, result))
        return result

    def _flush(self) -> None:
        asked, self._asked = self._asked, []
        size = self.model.max_trajectories or len(asked)
        for at in range(0, len(asked), size):
            call = asyncio.get_running_loop().create_task(self._call(asked[at : at + size]))
            self._calls.add(call)
            call.add_done_callback(self._calls.discard)

    async def _call(self, asked: list[_Asked]) -> None:
        try:
            with self._watch.stopping(asyncio.current_task().cancel):  # pyright: ignore[reportOptionalMemberAccess]
                if not self._watch.over:
                    with self._account.scoring():
                        scores = await self._reward.score(self._scoring(asked))
                    self._answer(asked, scores)
        except ItsError as error:
            self._account.fail(error)
        except Exception as error:
            _settle(asked, error)
            raise
        finally:
            for one in asked:
                if not one.result.done():
                    self._known.pop(one.key, None)
                    one.result.set_result(None)

    def _answer(self, asked: list[_Asked], scores: Scores) -> None:
        self._account.judged(scores.usage)
        if len(scores.scored) != len(asked):
            raise Unmet(broken(self.model, f"returned {len(scores.scored)} scores for {len(asked)} trajectories"))
        for one, scored in zip(asked, scores.scored, strict=True):
            wrong = fault(self.model, one.trajectory, scored)
            if wrong:
                self._account.fail(Unmet(wrong), one.trajectory.id)
            elif not one.result.done():
                one.result.set_result(scored)

    def _scoring(self, asked: list[_Asked]) -> Scoring:
        self._count += 1
        left = self._watch.left
        return Scoring(
            request_id=f"{self._terms.request_id[:96]}.{self._trace_id}.s{self._count}",
            model=self.model.identity.name,
            prompt=self._terms.prompt,
            trajectories=tuple(one.trajectory for one in asked),
            aggregation=self._aggregation,
            fingerprint=self.model.identity.tokenizer_fingerprint,
            seconds=None if left is None else left + GRACE_SECONDS,
            flow=Flow(self._terms.tenant, self._trace_id, self._terms.priority),
        )

    def _trajectory(self, candidate: Candidate) -> Trajectory:
        ends = step_ends(candidate) if self.reads_tokens else ()
        return Trajectory(
            id=candidate.id,
            steps=self._texts(candidate),
            complete=candidate.finished,
            token_ids=candidate.token_ids if ends else (),
            step_ends=ends,
            known_step_values=candidate.step_scores if self.model.process else (),
        )

    @property
    def reads_tokens(self) -> bool:
        """Whether trajectories travel as token ids."""
        ours, theirs = self._terms.model.identity, self.model.identity
        same = ours.tokenizer_fingerprint == theirs.tokenizer_fingerprint
        return self.model.accepts_tokens and same and bool(ours.tokenizer_fingerprint)

    def _texts(self, candidate: Candidate) -> tuple[str, ...]:
        if len(candidate.steps) > 1 or self.reads_tokens:
            return tuple([step.text for step in candidate.steps])
        return split(candidate.text, self._delimiters)


def _settle(asked: list[_Asked], error: Exception) -> None:
    for one in asked:
        if not one.result.done():
            one.result.set_exception(error)
