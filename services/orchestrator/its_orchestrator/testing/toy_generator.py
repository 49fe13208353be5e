"""A generator of a toy language: all its sequences grow a token a tick, and it reports exactly what it used."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from its_orchestrator.candidate import StopReason, Token
from its_orchestrator.engines import (
    Batch,
    Branch,
    Delta,
    End,
    Evaluated,
    Evaluation,
    Generation,
    GeneratorModel,
    Passage,
    Started,
    StepPolicy,
    Usage,
)
from its_orchestrator.prompt import transcript
from its_orchestrator.steps import split
from its_orchestrator.testing.faults import Fault
from its_orchestrator.testing.language import END, Language, ids, text
from its_runtime.errors import InvalidRequest, Unavailable

Confidence = Callable[[str], float]
"""How confident the generator is of a token; the empty one ends an answer."""

Reply = Callable[[str], str | None]
"""What is said to a prompt, whatever the language; None for one of the language's answers."""


@dataclass(frozen=True, slots=True)
class Line:
    """What one sequence is going to say."""

    tokens: tuple[int, ...]
    reason: StopReason
    marks: frozenset[int] = frozenset()
    """Where its steps end."""


class ToyGenerator:
    """Serves one model. `faults` tells which of its calls, by number, go wrong."""

    def __init__(
        self,
        language: Language,
        model: GeneratorModel,
        faults: Mapping[int, Fault],
        confidence: Confidence = lambda _: 1.0,
        reply: Reply = lambda _: None,
    ) -> None:
        self.model = model
        self.confidence = confidence
        self.reply = reply
        self.language = language
        self.generations: list[Generation] = []
        """Every call it got."""
        self.evaluations: list[Evaluation] = []
        """Every evaluation it was asked for."""
        self.reported: list[Usage] = []
        """What it told of each call that told anything."""
        self.running: set[ToyCall] = set()
        """Calls that neither ended nor were stopped."""
        self._faults = faults

    async def models(self) -> Sequence[GeneratorModel]:
        return [self.model]

    async def evaluate(self, evaluation: Evaluation) -> Evaluated:
        """Tell exact chances. It fails as the call does whose number comes next; it has no number of its own."""
        self.evaluations.append(evaluation)
        await asyncio.sleep(0)
        if self._faults.get(len(self.generations)):
            raise Unavailable("generator of this world: it is down")
        prompt = len(evaluation.prompt_token_ids)
        used = Usage(sum(prompt + len(one.prefix) + len(one.rest) for one in evaluation.passages))
        self.reported.append(used)
        return Evaluated(tuple(self._evaluated(one) for one in evaluation.passages), used)

    def _evaluated(self, passage: Passage) -> tuple[float, ...]:
        said = text(passage.prefix)
        befores = (said + text(passage.rest[:place]) for place in range(len(passage.rest)))
        return tuple(self.language.logprob(*each) for each in zip(befores, passage.rest, strict=True))

    def generate(self, generation: Generation) -> "ToyCall":
        fault = self._faults.get(len(self.generations))
        self.generations.append(generation)
        return ToyCall(self, generation, fault)


class ToyCall:
    """A running call. It moves only when it is read."""

    def __init__(self, generator: ToyGenerator, generation: Generation, fault: Fault | None) -> None:
        self._generator = generator
        self._generation = generation
        self._fault = fault
        self._lines = [line for branch in generation.branches for line in _lines(generator, generation, branch)]
        self._tick = 0
        self._begun = self._done = False
        self._stopped = asyncio.Event()
        generator.running.add(self)

    def __aiter__(self) -> AsyncIterator[Batch]:
        return self

    async def __anext__(self) -> Batch:
        if self._done:
            raise StopAsyncIteration
        if self._fault is Fault.STALLS or (self._fault is Fault.HANGS and self._begun):
            await self._stopped.wait()
        await asyncio.sleep(0)
        if self._stopped.is_set():
            return self._cancelled()
        self._fail()
        return self._next()

    async def stop(self) -> None:
        """End with what was used until now."""
        self._stopped.set()

    @property
    def used(self) -> Usage:
        """What it used until now."""
        prompt = len(self._generation.prompt) if isinstance(self._generation.prompt, str) else 1
        prompt = len(self._generation.prompt_token_ids) or prompt
        prefixes = [len(branch.token_ids or branch.text) for branch in self._generation.branches]
        completion = sum(min(len(line.tokens), self._tick) for line in self._lines)
        return Usage(prompt * len(prefixes) + sum(prefixes), sum(prefixes), completion)

    def cancel(self) -> None:
        """End without a word."""
        self._done = True
        self._generator.running.discard(self)

    def _fail(self) -> None:
        if self._fault is Fault.FORGETS:
            self.cancel()
            raise StopAsyncIteration
        errors = {
            Fault.DOWN: Unavailable("generator of this world: it is down"),
            Fault.REFUSES: InvalidRequest.field("prompt", "this world refuses it"),
        }
        if self._begun:
            errors[Fault.BREAKS] = Unavailable("generator of this world: it broke")
        if self._fault in errors:
            self.cancel()
            raise errors[self._fault]

    def _next(self) -> Batch:
        last, self._tick = self._tick, self._following()
        deltas = [self._delta(number, last) for number in range(len(self._lines)) if self._reports(number, last)]
        ended = [number for number, line in enumerate(self._lines) if last < len(line.tokens) <= self._tick]
        ended += [number for number, line in enumerate(self._lines) if not line.tokens and not self._begun]
        batch = Batch(self._started(), deltas, [self._end(number) for number in ended])
        self._begun = True
        return self._with_usage(batch) if self._tick >= max(len(line.tokens) for line in self._lines) else batch

    def _following(self) -> int:
        """Return the next tick at which there is something to report."""
        ticks = [one for line in self._lines for one in (*line.marks, len(line.tokens)) if one > self._tick]
        if self._generation.flush_every:
            ticks.append(self._tick + self._generation.flush_every)
        if self._fault is Fault.BREAKS:
            ticks.append(max(len(line.tokens) for line in self._lines) - 1)  # it breaks before its end, however short
        return min(ticks, default=self._tick)

    def _reports(self, number: int, last: int) -> bool:
        line = self._lines[number]
        ends = last < len(line.tokens) <= self._tick or self._tick in line.marks
        return ends or (bool(self._generation.flush_every) and last < len(line.tokens))

    def _delta(self, number: int, last: int) -> Delta:
        line = self._lines[number]
        marks = [mark for mark in line.marks if mark <= last]
        begin = last if self._generation.flush_every else max(marks, default=0)
        tokens = line.tokens[begin : self._tick]
        logprobs = () if self._generation.logprobs is None else tuple(-1.0 for _ in tokens)
        shown = tokens if self._generator.model.token_ids else ()
        confident = map(self._generator.confidence, map(text, zip(tokens))) if self._generation.logprobs else ()
        completes = self._tick in line.marks
        reads = [text([one]).encode() for one in tokens] if self._generation.texts else []
        told = tuple(Token(one, -1.0, ((one, -1.0), (b"?", -2.0))) for one in reads)
        return Delta(number, text(tokens), shown, logprobs, completes, tuple(confident), told)

    def _end(self, number: int) -> End:
        line = self._lines[number]
        if self._fault is Fault.SPOILS and number == 0:
            return End(number, StopReason.ERROR, len(line.tokens), "this world spoils it")
        return End(number, line.reason, len(line.tokens))

    def _cancelled(self) -> Batch:
        running = [
            number for number, line in enumerate(self._lines) if len(line.tokens) > self._tick or not self._begun
        ]
        ends = [End(number, StopReason.CANCELLED, self._tick) for number in running]
        return self._with_usage(Batch(self._started(), (), ends))

    def _started(self) -> Started | None:
        prompt = self._generation.prompt
        shown = self._generation.prompt_token_ids or (ids(prompt) if isinstance(prompt, str) else (1,))
        return None if self._begun else Started(self._generator.model.identity, shown)

    def _with_usage(self, batch: Batch) -> Batch:
        self.cancel()
        self._generator.reported.append(self.used)
        return replace(batch, usage=self.used)


def _lines(generator: ToyGenerator, generation: Generation, branch: Branch) -> list[Line]:
    prefix = text(branch.token_ids) or branch.text
    reply = generator.reply(transcript(generation.prompt))
    rests = [
        generator.language.rest(prefix, branch.seed, number) if reply is None else reply[len(prefix) :]
        for number in range(branch.count)
    ]
    return [_line(rest, generation) for rest in rests]


def _line(rest: str, generation: Generation) -> Line:
    tokens, reason = (*ids(rest), END), StopReason.EOS
    marks = [end for end in _step_ends(rest, generation.steps) if end < len(tokens)] if generation.steps else []
    if marks and generation.steps and not generation.steps.run_on:
        tokens, reason = tokens[: marks[0]], StopReason.STEP
    most = generation.sampling.max_tokens
    if most is not None and len(tokens) > most:
        tokens, reason = tokens[:most], StopReason.LENGTH
    return Line(tokens, reason, frozenset(mark for mark in marks if mark <= len(tokens)))


def _step_ends(rest: str, policy: StepPolicy) -> list[int]:
    if policy.every_n_tokens:
        return list(range(policy.every_n_tokens, len(rest) + 1, policy.every_n_tokens))
    return list(accumulate(len(step) for step in split(rest, policy.delimiters)))[:-1]
