"""The context of one run: everything an algorithm may touch."""

import random
from collections.abc import AsyncGenerator, Generator, Iterable, Sequence
from contextlib import aclosing, contextmanager
from copy import copy
from dataclasses import replace
from itertools import count

from its_orchestrator.candidate import Candidate
from its_orchestrator.choosing.equivalence import Equivalence
from its_orchestrator.engines import StepPolicy
from its_orchestrator.events import CandidateScored, Kind, Note, Progress
from its_orchestrator.growing.extension import Extension
from its_orchestrator.growing.grower import Grower
from its_orchestrator.growing.growth import Doubt, Growth
from its_orchestrator.growing.nursery import Nursery
from its_orchestrator.growing.waves import next_wave
from its_orchestrator.limits.account import Account
from its_orchestrator.limits.commitment import Commitment
from its_orchestrator.limits.recorder import Recorder
from its_orchestrator.limits.register import Register
from its_orchestrator.limits.watch import Watch
from its_orchestrator.prompt import Prompt
from its_orchestrator.question import Commission, Question
from its_orchestrator.sampling import Sampling
from its_orchestrator.scoring.overlap import Overlap
from its_orchestrator.scoring.scorer import Scorer
from its_orchestrator.seeds import stream
from its_orchestrator.terms import Terms
from its_runtime.errors import Internal


class Context:
    """Samples, extends, scores and reports within the run's budget, deadline and seeds.

    Nothing here raises because an engine failed or a limit was reached: what failed doesn't come, and what was
    cut off comes as it is. `over` says that no more work will be done.
    """

    def __init__(
        self,
        terms: Terms,
        grower: Grower,
        scorer: Scorer | None,
        account: Account,
        watch: Watch,
        recorder: Recorder,
        commitment: Commitment,
        equivalence: Equivalence,
    ) -> None:
        self.samples = terms.samples
        """The budget, as the algorithm counts it: 1 to 1000."""
        self.equivalence = equivalence
        """Which answers are the same."""
        self._register = Register(terms, recorder)
        self.ended = self._register.ended
        """Every candidate that ended, by name, as it ended."""
        self.formless = self._register.formless
        """Why some of them don't have the form that was asked for, by name; no algorithm sees them."""
        self._terms = terms
        self._grower = grower
        self._extension = Extension(grower, terms)
        self._scorer = scorer
        self._account = account
        self._watch = watch
        self._recorder = recorder
        self._commitment = commitment
        self._question = Question(terms.prompt, terms.sampling, terms.structured_output)
        self._path: tuple[str | int, ...] = ()
        self._whole = True
        self._names = count()
        self._rounds = count(1)

    @property
    def prompt(self) -> Prompt:
        """What is asked."""
        return self._question.prompt

    @property
    def over(self) -> bool:
        """Whether the time or the tokens have ended."""
        return self._watch.over or self._account.stopped_by is not None

    @property
    def tokens_left(self) -> int | None:
        """Completion tokens that may still be sampled; None without a limit."""
        return self._account.tokens_left

    @property
    def longest(self) -> int | None:
        """Most tokens of one answer; None for as many as the context holds."""
        return self._terms.sampling.max_tokens

    @property
    def reports_logprobs(self) -> bool:
        """Whether the generator knows log-probabilities."""
        return self._terms.model.max_top_logprobs is not None

    @property
    def rewards(self) -> bool:
        """Whether there is a reward model."""
        return self._scorer is not None

    @property
    def searches(self) -> bool:
        """Whether answers can be searched step by step: beginnings are continued, and scored."""
        return bool(self._terms.model.continues_prefix and self._scorer and self._scorer.model.scores_partial)

    @property
    def score_range(self) -> tuple[float, float]:
        """The smallest and largest possible score."""
        model = self._rewarded().model
        return model.low, model.high

    def within(self, prompt: Prompt, samples: int, *path: str | int) -> "Context":
        """Return the context of a part of this run: `samples` of the budget, spent on another prompt.

        Everything else is shared, except that nothing is committed and that random streams begin with `path`.
        Parts run one after the other, so that the same seed gives the same names.
        """
        part = copy(self)
        part.samples = samples
        part._question = replace(self._question, prompt=prompt)  # noqa: SLF001  (its own kind)
        part._path = (*self._path, *path)  # noqa: SLF001
        part._whole = False  # noqa: SLF001
        return part

    @contextmanager
    def share(self, parts: int) -> Generator[None]:
        """Leave one part of `parts` of the tokens and of the time that are left to what happens in the block.

        Within it, `over` says that this part has ended. What it leaves over is there for what follows.
        """
        with self._account.share(parts), self._watch.share(parts):
            yield

    def affordable(self, number: int) -> int:
        """Return how many of `number` answers may grow at once so that those that do can end, at least one."""
        size = next_wave(number, self._account.tokens_left, self._terms.sampling.max_tokens, ())
        if size < number:
            self.note(f"the budget of tokens has room for {size} of {number} answers")
        return size

    def new(self, number: int) -> list[Candidate]:
        """Return `number` empty candidates to extend; they count as samples."""
        self._account.start(number)
        return [Candidate(self._name()) for _ in range(number)]

    def fork(self, candidate: Candidate) -> Candidate:
        """Return a copy of `candidate` under a name of its own."""
        return candidate.fork(self._name())

    def names(self, number: int) -> list[str]:
        """Return the names of `number` candidates that `sample` is to begin, in their order."""
        return [self._name() for _ in range(number)]

    async def sample(
        self,
        number: int,
        *,
        names: Sequence[str] = (),
        logprobs: bool = False,
        alternatives: int = 0,
        doubt: Doubt | None = None,
        delimiters: Sequence[str] = (),
    ) -> AsyncGenerator[Candidate]:
        """Yield up to `number` whole answers, each as it ends. Closing it stops the others.

        They get `names`, where these are given, otherwise new ones.
        `alternatives` to each token, as far as the generator reports so many, tell how confident it is. `doubt`
        sees these confidences now and then and may stop an answer, which then comes as it is.
        `delimiters` tell where their steps end, where the reward model wants to know.
        Where tokens are limited, fewer may run at once, or at all, so that those that run can end.
        """
        tops = self._tops(alternatives, logprobs=logprobs)
        most = self._terms.sampling.max_tokens
        names = names or self.names(number)
        growths = [Growth(Candidate(name), most, doubt, self._question) for name in names]
        async with aclosing(self._in_waves(growths, self._marks(delimiters), tops)) as grown:
            async for candidate in grown:
                yield candidate

    async def write(self, commissions: Sequence[Commission]) -> list[Candidate | None]:
        """Return what the generator writes for each commission, in their order; None where nothing came.

        These are samples like any others, except that they know their sources.
        """
        most = self._terms.sampling.max_tokens
        starts = [Candidate(self._name(), sources=tuple(one.id for one in each.sources)) for each in commissions]
        growths = [
            Growth(start, most, None, replace(self._question, prompt=each.prompt))
            for start, each in zip(starts, commissions, strict=True)
        ]
        async with aclosing(self._in_waves(growths, None, self._terms.logprobs)) as grown:
            written = {candidate.id: candidate async for candidate in grown}
        return [written.get(start.id) for start in starts]

    async def consult(
        self, prompts: Sequence[Prompt], temperature: float = 0.0, most: int | None = None
    ) -> list[str | None]:
        """Return what the generator says to each of `prompts`, in their order; None where nothing came.

        This is advice, no candidate: it counts in tokens, also as a judge's, but not as samples, may be as long as an
        answer, and keeps nothing else of how answers are drawn or formed. Each has `most` tokens, where that is less.
        """
        most = min((one for one in (most, self._terms.sampling.max_tokens) if one is not None), default=None)
        sampling = Sampling(temperature=temperature)
        growths = [Growth(Candidate(self._name()), most, None, Question(one, sampling)) for one in prompts]
        async with aclosing(self._grower.grow(growths, None, None)) as grown:
            heard = {candidate.id: candidate async for candidate in grown}
        self._account.advised(sum(one.tokens for one in heard.values()))
        return [heard[growth.start.id].text if growth.start.id in heard else None for growth in growths]

    async def extend(self, candidates: Sequence[Candidate], steps: StepPolicy) -> AsyncGenerator[Candidate]:
        """Yield each of `candidates` one step longer, as its step ends. Closing it stops the others."""
        tokens = {one.id: one.tokens for one in candidates}
        async with aclosing(self._extension.of(candidates, self._question, steps)) as grown:
            async for candidate in grown:
                if self._register.step(candidate, tokens[candidate.id]):
                    yield candidate

    def nursery(self, steps: StepPolicy) -> Nursery:
        """Return where candidates grow a step ahead of time: nothing is reported of them until they are claimed."""
        scorer = self._rewarded()
        return Nursery(
            lambda starts: self._extension.of(starts, self._question, steps, apart=True),
            lambda one: None if one.finished and self._register.fault(one) else scorer.ask(one),
        )

    def claim(self, start: Candidate, grown: Candidate, *, judged: bool) -> Candidate | None:
        """Report what `start` has `grown` to in a nursery, and return it under its name.

        None, if it has no score, not even that of its steps before, unless the time ended, or not the right form.
        """
        known = {} if judged else {"score": start.score, "step_scores": start.step_scores}
        candidate = grown.but(id=start.id, parent_id=start.parent_id, **known)
        if not self._register.step(candidate, start.tokens):
            return None
        if judged and candidate.score is not None:
            self.emit(CandidateScored(candidate.id, candidate.score, candidate.step_scores))
        return candidate if candidate.score is not None or self.over else None

    async def evaluated(self, prefixes: Sequence[Candidate], rest: Sequence[int]) -> list[float] | None:
        """Return the log-probability of the tokens `rest` after each of `prefixes`, as this run samples.

        Filters and penalties don't count, the temperature does. None when the generator can't tell now: it failed, or
        the time ended. Only for algorithms that declare Need.EVALUATION.
        """
        if self.over:
            return None
        return await self._grower.evaluate(self._question, prefixes, rest)

    async def scored(self, source: AsyncGenerator[Candidate]) -> AsyncGenerator[Candidate]:
        """Yield the candidates of `source` with their scores, each as soon as it is known, and close `source`.

        Those that can't be scored come with the score that they had before they grew. Those that had none don't come,
        unless the time ended: then they come as they are.
        """
        async with aclosing(Overlap(source, self._rewarded()).arrivals()) as arrivals:
            async for candidate, scored in arrivals:
                if scored is not None and scored.value is not None:
                    judged = candidate.scored(scored.value, scored.step_values)
                    self.emit(CandidateScored(judged.id, scored.value, scored.step_values))
                    yield judged
                elif candidate.score is not None or self.over:
                    yield candidate

    async def score(self, candidates: Iterable[Candidate]) -> list[Candidate]:
        """Return those of `candidates` that could be scored, in the order of their names."""
        return await self.collect(self.scored(_each(one.but(score=None) for one in candidates)))

    async def collect(self, source: AsyncGenerator[Candidate]) -> list[Candidate]:
        """Return all candidates of `source`, in the order of their names, which doesn't depend on who was faster."""
        async with aclosing(source) as candidates:
            return sorted([one async for one in candidates], key=lambda one: int(one.id))

    def rng(self, *path: str | int) -> random.Random:
        """Return the random stream at `path`: the same for the same seed, and like no other path's."""
        return stream(self._terms.seed, "algorithm", *self._path, *path)

    def commit(self, survivors: Sequence[Candidate]) -> None:
        """Report the text that all `survivors` begin with: the answer will be one of them or of their children."""
        if self._whole:
            self._commitment.to(survivors)

    def round(self, candidates: Sequence[Candidate]) -> None:
        """Report that a round is done, with `candidates` as they now stand."""
        ended = sum(candidate.finished for candidate in candidates)
        best = max((one.score for one in candidates if one.score is not None), default=None)
        self.emit(Progress(next(self._rounds), len(candidates) - ended, ended, best, self._account.ledger))

    def note(self, message: str) -> None:
        """Report something worth knowing, such as a rounded budget."""
        self.emit(Note(message))

    def emit(self, kind: Kind) -> None:
        """Report that something happened."""
        self._recorder.add(kind)

    def _name(self) -> str:
        return str(next(self._names))

    async def _in_waves(
        self, growths: Sequence[Growth], steps: StepPolicy | None, logprobs: int | None
    ) -> AsyncGenerator[Candidate]:
        """Grow whole answers, as many at once as the tokens that are left let end."""
        lengths: list[int] = []
        while growths and not self.over:
            most = self._terms.sampling.max_tokens
            size = next_wave(len(growths), self._account.tokens_left, most, lengths)
            wave, growths = growths[:size], growths[size:]
            self._account.start(size)
            async with aclosing(self._grower.grow(wave, steps, logprobs)) as grown:
                async for candidate in grown:
                    lengths.append(candidate.tokens)
                    if self._register.end(candidate):
                        yield candidate

    def _rewarded(self) -> Scorer:
        if self._scorer is None:
            raise Internal("an algorithm scores without declaring that it needs a reward model: Need.REWARD in `needs`")
        return self._scorer

    def _tops(self, alternatives: int, *, logprobs: bool) -> int | None:
        """Return how many alternatives to ask for: what the algorithm or the request wants, whichever is more."""
        wanted = [] if self._terms.logprobs is None else [self._terms.logprobs]
        if logprobs or alternatives:
            wanted.append(min(alternatives, self._terms.model.max_top_logprobs or 0))
        return max(wanted, default=None)

    def _marks(self, delimiters: Sequence[str]) -> StepPolicy | None:
        """Have the generator mark steps only where token ids are scored: a text is cut without its help."""
        wanted = delimiters and self._scorer and self._scorer.reads_tokens
        return StepPolicy(tuple(delimiters), run_on=True) if wanted else None


async def _each(candidates: Iterable[Candidate]) -> AsyncGenerator[Candidate]:
    for candidate in candidates:
        yield candidate
