"""A language model as judge, pointwise: it grades one answer at a time and gives its reasons.

Zheng et al. 2023, "Judging LLM-as-a-Judge with MT-Bench and Chatbot Arena", section 3.1 (single-answer grading,
reference-guided grading), https://arxiv.org/abs/2306.05685. The score is the grade divided by 10.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

from its_reward.aggregate import Aggregation
from its_reward.attempt import Spent, attempts
from its_reward.judging.client import JudgeClient, Said, open_client
from its_reward.judging.question import question, repair
from its_reward.judging.verdict import BEST, read
from its_reward.plain import messages_of, text_of
from its_reward.scorer import Capabilities
from its_reward.settings import JudgeSettings
from its_reward.trajectory import Batch, Message, Scored, Trajectory, Usage, Verdict
from its_runtime.errors import ItsError, Unavailable, Unmet


class JudgeScorer:
    """Asks a judge about each trajectory; a verdict that can't be read is asked for once more, then a failure."""

    def __init__(self, settings: JudgeSettings, client: JudgeClient) -> None:
        self._client = client
        self._criteria = settings.criteria
        self._room = asyncio.Semaphore(settings.concurrency)
        self.capabilities = Capabilities(
            scorer="judge",
            kind="outcome",
            default_aggregation=Aggregation.MODEL,
            returns_rationale=True,
            revision=settings.model,
        )

    async def score(self, batch: Batch) -> list[Verdict]:
        conversation = messages_of(batch.prompt)

        async def one(trajectory: Trajectory) -> Verdict:
            answer = text_of(trajectory)
            asked = question(
                conversation,
                answer,
                complete=trajectory.complete,
                reference=batch.reference_answer,
                criteria=self._criteria,
            )
            async with self._room:
                return await self._judge(asked, answer)

        return await attempts(batch, one)

    async def _judge(self, asked: Sequence[Message], answer: str) -> Scored:
        said = await self._client.ask(asked)
        if verdict := _verdict(said, answer, said.usage):
            return verdict
        if said.refusal:
            raise Spent(Unmet(f"the judge refuses to grade this answer: {said.refusal}"), said.usage)
        again = await self._once_more(repair(asked, said.text), said.usage)
        if verdict := _verdict(again, answer, again.usage):
            return verdict
        raise Spent(Unavailable("the judge's verdict can't be read, twice; try again or choose another"), again.usage)

    async def _once_more(self, asked: Sequence[Message], spent: Usage) -> Said:
        try:
            said = await self._client.ask(asked)
        except ItsError as error:
            raise Spent(error, spent) from error
        return Said(said.text, said.refusal, spent + said.usage)


def _verdict(said: Said, answer: str, usage: Usage) -> Scored | None:
    grade = read(said.text, answer)
    return None if grade is None else Scored(grade.score / BEST, rationale=grade.rationale, usage=usage)


@asynccontextmanager
async def open_judge(settings: JudgeSettings) -> AsyncGenerator[JudgeScorer, None]:
    """Open connections to the judge; leaving the block closes them."""
    async with open_client(settings) as client:
        yield JudgeScorer(settings, client)
