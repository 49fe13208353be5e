"""The grower of one run: many candidates grow in one call, yielded one by one as each ends."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine, Sequence
from contextlib import aclosing
from dataclasses import replace
from itertools import groupby

from its_orchestrator.budget import StoppedBy
from its_orchestrator.candidate import Candidate, StopReason
from its_orchestrator.engines import (
    Branch,
    End,
    Evaluation,
    Generation,
    Generator,
    Passage,
    Started,
    StepPolicy,
)
from its_orchestrator.growing.growth import Growth
from its_orchestrator.growing.reading import Ended, OnText, Reading
from its_orchestrator.growing.streams import merged
from its_orchestrator.limits.account import Account
from its_orchestrator.limits.watch import Watch
from its_orchestrator.question import Question
from its_orchestrator.sampling import Sampling
from its_orchestrator.seeds import derive
from its_orchestrator.terms import Terms
from its_runtime.errors import ItsError, Unavailable
from its_runtime.fairness import Flow

PARTS = 3
"""Most calls that one growth may take because calls broke off."""
PARTIAL_EVERY = 16
"""Fewest tokens between reports where the time may end, so that there is something to return when it does; and
tokens between looks at what may be stopped alone."""
PARTIAL_PER_SECOND = 4
"""Tokens between reports for each second that is left: a twentieth of them, at 80 tokens a second."""
DRAIN_SECONDS = 1.0
"""How long the end of a run waits for the usage of calls that it stopped."""


class Grower:
    """Turns growths into candidates within the run's limits; failures are noted, never raised."""

    def __init__(
        self,
        generator: Generator,
        terms: Terms,
        account: Account,
        watch: Watch,
        trace_id: str,
        *,
        on_text: OnText | None = None,
    ) -> None:
        self._own = Question(terms.prompt, terms.sampling, terms.structured_output)
        self._begun: dict[Question, Started] = {}
        self._generator = generator
        self._terms = terms
        self._account = account
        self._watch = watch
        self._trace_id = trace_id
        self._on_text = on_text
        self._calls = 0
        self._readings: set[Reading] = set()
        self._stopping: set[asyncio.Task[None]] = set()

    @property
    def started(self) -> Started | None:
        """What the generator said of model and prompt, the request's own if it was asked; None before any call."""
        return self._begun.get(self._own) or next(iter(self._begun.values()), None)

    def prompt_tokens(self, question: Question | None) -> int:
        """Return how many tokens a question has; 0 before its first call."""
        started = self._begun.get(question or self._own)
        return len(started.prompt_token_ids) if started else 0

    async def grow(
        self, growths: Sequence[Growth], steps: StepPolicy | None, logprobs: int | None
    ) -> AsyncGenerator[Candidate]:
        """Yield a candidate for each growth that doesn't fail, as it ends or is cut off by a limit."""
        pending = list(growths)
        while pending and not self._watch.over:
            pending, parked = self._affordable(pending)
            for growth in parked:
                yield growth.cut()
            again: list[Ended] = []
            limit = self._limit(pending)
            async with aclosing(self._calls_for(pending, limit, steps, logprobs)) as ends:
                async for ended in ends:
                    if self._goes_on(ended, limit):
                        again.append(ended)
                    elif isinstance(ended.how, End) and ended.how.reason is not StopReason.ERROR:
                        yield ended.growth.done(ended.how)
            pending = [self._prepared(ended) for ended in again]
        for growth in pending:
            yield growth.cut()

    async def evaluate(
        self, question: Question, prefixes: Sequence[Candidate], rest: Sequence[int]
    ) -> list[float] | None:
        """Return the log-probability of `rest` after each of `prefixes`; None when the generator can't tell now."""
        terms, left, begun = self._terms, self._watch.left, self._begun.get(question)
        self._calls += 1
        evaluation = Evaluation(
            request_id=f"{terms.request_id[:96]}.{self._trace_id}.{self._calls}",
            model=terms.model.identity.name,
            prompt=question.prompt,
            prompt_token_ids=begun.prompt_token_ids if begun else (),
            passages=tuple(Passage(one.token_ids, tuple(rest)) for one in prefixes),
            temperature=question.sampling.temperature or 1.0,
            seconds=left,
            flow=Flow(terms.tenant, self._trace_id, terms.priority),
        )
        try:
            with self._account.generating():
                found = await self._generator.evaluate(evaluation)
        except ItsError as error:
            self._account.fail(error)
            return None
        self._account.evaluated(found.usage)
        return [sum(one) for one in found.logprobs]

    async def close(self, *, at_once: bool) -> None:
        """Wait for the usage of calls that were stopped, or let go of them at once where nobody pays for it."""
        if self._stopping and (self._terms.charged or not at_once):
            await asyncio.wait(self._stopping, timeout=DRAIN_SECONDS)
        for reading in tuple(self._readings):
            reading.cancel()
        for task in tuple(self._stopping):
            task.cancel()
        if self._stopping:
            await asyncio.wait(self._stopping)

    def _affordable(self, pending: list[Growth]) -> tuple[list[Growth], list[Growth]]:
        """Divide growths into those that can have a token each, and those for which none is left."""
        left = self._account.tokens_left
        if left is None or left >= len(pending):
            return pending, []
        self._account.stopped_by = StoppedBy.TOKENS
        return pending[:left], pending[left:]

    def _limit(self, pending: Sequence[Growth]) -> int | None:
        left = self._account.tokens_left
        rooms = [growth.room for growth in pending if growth.room is not None]
        if left is not None and pending:
            rooms.append(left // len(pending))
        return min(rooms, default=None)

    def _goes_on(self, ended: Ended, limit: int | None) -> bool:
        growth, how = ended.growth, ended.how
        if isinstance(how, ItsError):
            return self._retries(growth, how)
        if how.reason is StopReason.ERROR:
            self._account.fail(Unavailable(f"generator: {how.error or 'a sequence failed'}"), growth.start.id)
            return False
        more = how.reason is StopReason.LENGTH and how.tokens == limit and growth.room != limit
        if more and not self._terms.model.continues_prefix:
            self._account.stopped_by = StoppedBy.TOKENS
            return False
        return more

    def _retries(self, growth: Growth, error: ItsError) -> bool:
        shown = growth.begun and self._on_text is not None
        again = isinstance(error, Unavailable) and growth.part < PARTS
        if again and (self._terms.model.continues_prefix or not shown):
            return True
        self._account.fail(error, growth.start.id)
        return False

    def _prepared(self, ended: Ended) -> Growth:
        """Return the growth, ready for another call; only now, since its call looked at it to the end."""
        growth = ended.growth
        if isinstance(ended.how, End):
            growth.carry_on(ended.how.tokens)
        elif growth.begun and self._terms.model.continues_prefix:
            growth.carry_on(growth.received, cut=True)
        else:
            growth.reset()
        return growth

    def _calls_for(
        self, pending: Sequence[Growth], limit: int | None, steps: StepPolicy | None, logprobs: int | None
    ) -> AsyncGenerator[Ended]:
        single = any(growth.doubt for growth in pending)  # what may be stopped alone has a call of its own
        size = 1 if single else self._terms.model.max_sequences or len(pending) or 1
        chunks = [one[at : at + size] for one in self._by_question(pending) for at in range(0, len(one), size)]
        return merged([self._call(chunk, limit, steps, logprobs) for chunk in chunks])

    def _by_question(self, pending: Sequence[Growth]) -> list[list[Growth]]:
        """Divide growths among calls, which have one prompt each; comparing questions themselves would cost more."""
        return [list(together) for _, together in groupby(pending, lambda growth: id(growth.question))]

    async def _call(
        self, growths: Sequence[Growth], limit: int | None, steps: StepPolicy | None, logprobs: int | None
    ) -> AsyncGenerator[Ended]:
        branches = self._branches(growths)
        lined_up = [growth for _, members in branches for growth in members]
        grown = min(growth.tokens for growth in lined_up)
        question = growths[0].question or self._own
        generation = self._generation(question, [b for b, _ in branches], limit, grown, steps, logprobs)
        if any(growth.doubt for growth in growths):
            generation = replace(generation, flush_every=PARTIAL_EVERY)
        call = self._generator.generate(generation)
        reading = Reading(call, lined_up, self._account, self._on_text)
        self._readings.add(reading)
        try:
            with self._account.generating(), self._watch.stopping(lambda: self._later(call.stop())):
                async with aclosing(reading.ends(lambda: self._watch.over)) as ends:
                    async for ended in ends:
                        yield ended
        except ItsError as error:
            for growth in reading.unended():
                yield Ended(growth, error)
        finally:
            if reading.started:
                self._begun.setdefault(question, reading.started)
            if reading.settled:
                self._readings.discard(reading)
            else:
                self._later(self._leave(reading))

    async def _leave(self, reading: Reading) -> None:
        await reading.leave()
        self._readings.discard(reading)

    def _later(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._stopping.add(task)
        task.add_done_callback(self._stopping.discard)

    def _branches(self, growths: Sequence[Growth]) -> list[tuple[Branch, list[Growth]]]:
        """Put growths with the same prefix into one branch, so that it is read once."""
        groups: dict[tuple[tuple[int, ...] | str, str], list[Growth]] = {}
        for growth in growths:
            groups.setdefault((self._prefix(growth), growth.start.id if growth.apart else ""), []).append(growth)
        return [(self._branch(prefix, members), members) for (prefix, _), members in groups.items()]

    def _prefix(self, growth: Growth) -> tuple[int, ...] | str:
        return (self._terms.model.token_ids and growth.token_ids) or growth.text

    def _branch(self, prefix: tuple[int, ...] | str, members: list[Growth]) -> Branch:
        first = members[0]
        seed = derive(self._terms.seed, first.start.id, len(first.start.steps), first.part)
        if isinstance(prefix, str):
            return Branch(seed, len(members), text=prefix)
        return Branch(seed, len(members), token_ids=prefix)

    def _generation(
        self,
        question: Question,
        branches: list[Branch],
        limit: int | None,
        grown: int,
        steps: StepPolicy | None,
        logprobs: int | None,
    ) -> Generation:
        terms, left, begun = self._terms, self._watch.left, self._begun.get(question)
        self._calls += 1
        return Generation(
            request_id=f"{terms.request_id[:96]}.{self._trace_id}.{self._calls}",
            model=terms.model.identity.name,
            prompt=question.prompt,
            prompt_token_ids=begun.prompt_token_ids if begun and terms.model.token_ids else (),
            branches=tuple(branches),
            sampling=self._sampling(question.sampling, limit, grown),
            steps=steps,
            flush_every=self._flush_every(left, steps, grown),
            logprobs=logprobs,
            texts=terms.texts,
            structured_output=question.structured_output,
            seconds=None if left is None else left + DRAIN_SECONDS,
            flow=Flow(terms.tenant, self._trace_id, terms.priority),
        )

    def _sampling(self, sampling: Sampling, limit: int | None, grown: int) -> Sampling:
        """Return the question's sampling for sequences that have `grown` tokens at least."""
        least = sampling.min_tokens
        least = None if least is None else max(0, least - grown)
        return sampling.model_copy(update={"max_tokens": limit, "min_tokens": least, "seed": self._terms.seed})

    def _flush_every(self, left: float | None, steps: StepPolicy | None, grown: int) -> int:
        """Return how often to report: rarely, but before the time ends where there is nothing to return yet."""
        if self._on_text:
            return 1
        if left is None or (steps and grown):
            return 0
        return max(PARTIAL_EVERY, int(PARTIAL_PER_SECOND * left))
