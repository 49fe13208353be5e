"""Rules: a program decides whether a complete answer is right. 1 if it is, 0 if it isn't."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from its_checking import Checker
from its_checking.pool import CheckingPool, open_pool
from its_reward.aggregate import Aggregation
from its_reward.attempt import attempts
from its_reward.plain import text_of
from its_reward.scorer import Capabilities
from its_reward.settings import RulesSettings
from its_reward.trajectory import Batch, Scored, Trajectory, Verdict
from its_runtime.errors import InvalidRequest


class RulesScorer:
    r"""Checks one rule: mathematics against a reference answer, a regular expression, or a JSON schema.

    For mathematics the last `\boxed{}` is the answer; without one, there is no right answer in the text.
    """

    def __init__(self, settings: RulesSettings, pool: CheckingPool) -> None:
        self._settings = settings
        self._pool = pool
        self._checker = Checker(pool)
        self.capabilities = Capabilities(
            scorer="rules",
            kind="outcome",
            default_aggregation=Aggregation.MODEL,
            scores_partial=False,
            needs_reference_answer=settings.rule == "math",
        )

    async def score(self, batch: Batch) -> list[Verdict]:
        if self._settings.rule == "math" and not batch.reference_answer.strip():
            raise InvalidRequest.field("reference_answer", "needed by this reward model; send a right answer")

        async def one(trajectory: Trajectory) -> Verdict:
            if not trajectory.complete:
                raise InvalidRequest("a rule judges complete answers only; this trajectory is partial")
            return Scored(float(await self._right(text_of(trajectory), batch.reference_answer)))

        return await attempts(batch, one)

    async def _right(self, text: str, reference: str) -> bool:
        match self._settings.rule:
            case "regex":
                return await self._pool.ask(text=text, pattern=self._settings.pattern)
            case "json_schema":
                return await self._pool.ask(text=text, schema=self._settings.json_schema)
            case _:
                return await self._checker.right(text, reference)


@asynccontextmanager
async def open_rules(settings: RulesSettings) -> AsyncGenerator[RulesScorer, None]:
    """Open a rule; leaving the block ends the processes that check it."""
    async with open_pool(settings.rule, settings.workers, settings.seconds) as pool:
        yield RulesScorer(settings, pool)
