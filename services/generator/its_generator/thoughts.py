"""A job whose sequences think: each goes through phases that are jobs of their own, and comes out as one."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace

from its_generator.backend import Backend, Branch, Generation, Job
from its_generator.completion import Completion
from its_generator.mailbox import Mailbox
from its_generator.sampling import derived_seed
from its_generator.steps import StepWatcher
from its_generator.thinking import Thinking, Written
from its_generator.tick import Delta, StopReason, Tick, Usage
from its_runtime.errors import ItsError


def generating(backend: Backend, job: Job) -> AbstractAsyncContextManager[Generation]:
    """Run a job inside the block, in phases where it thinks."""
    return _thinking(backend, job, job.thinking) if job.thinking else backend.generate(job)


@asynccontextmanager
async def _thinking(backend: Backend, job: Job, thinking: Thinking) -> AsyncGenerator[Generation]:
    thoughts = Thoughts(backend, job, thinking)
    tasks = [asyncio.create_task(thoughts.follow(line)) for line in thoughts.lines]
    try:
        yield thoughts.mailbox
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class Line:
    """One sequence and where it stands."""

    def __init__(self, place: int, branch: Branch, stream: int, completion: Completion) -> None:
        self.place = place
        """Number of its branch."""
        self.branch = branch
        self.completion = completion
        self.thought = branch.thought
        """Tokens thought so far; None outside of thoughts."""
        self.phase = 0
        self._stream = stream

    def job(self, job: Job, thinking: Thinking) -> Job:
        """Return its next phase. Seeds differ between phases; the first one draws what it would draw without them."""
        completion = self.completion
        so_far = (*self.branch.token_ids, *completion.token_ids)
        stream = derived_seed(self._stream, self.phase) if self.phase else self._stream
        written = Written(self.thought, completion.watcher.tokens, completion.watcher.step_tokens)
        sampling, steps = thinking.phase(job.sampling, job.steps, written)
        return replace(
            job,
            request_id=f"{job.request_id}/{completion.sequence}.{self.phase}",
            branches=(Branch(so_far, so_far, (stream,)),),
            sampling=sampling,
            steps=steps,
            flush_every=1,
            thinking=None,
        )


class Thoughts:
    """Belongs to the event loop. Of prompts it tells each branch once: what a sequence wrote itself is no prompt."""

    def __init__(self, backend: Backend, job: Job, thinking: Thinking) -> None:
        self.mailbox = Mailbox(self.stop)
        self.lines = list(_lines(job, backend.capabilities.max_context_tokens))
        self._backend = backend
        self._job = job
        self._thinking = thinking
        self._running: set[Generation] = set()
        self._is_stopped = False
        self._unfinished = len(self.lines)
        self._cached: dict[int, int] = {}
        self._sampled = 0

    def stop(self) -> None:
        """Stop the engine's work; every sequence that has not ended is CANCELLED."""
        self._is_stopped = True
        for generation in tuple(self._running):
            generation.stop()

    async def follow(self, line: Line) -> None:
        """Take a sequence through its phases; what fails one of them fails the job."""
        try:
            while line.completion.finished is None:
                await self._phase(line)
                line.phase += 1
        except ItsError as error:
            self.mailbox.fail(error)
            return
        self._unfinished -= 1
        self._tell(line, ends=True)

    async def _phase(self, line: Line) -> None:
        async with self._backend.generate(line.job(self._job, self._thinking)) as generation:
            self._running.add(generation)
            try:
                if self._is_stopped:
                    generation.stop()
                async for tick in generation:
                    self._take(line, tick)
                    if line.completion.finished:
                        generation.stop()
                    else:
                        self._tell(line)
            finally:
                self._running.discard(generation)

    def _take(self, line: Line, tick: Tick) -> None:
        completion, end = line.completion, tick.finished[0] if tick.finished else None
        reason = end.reason if end else None
        for number, delta in enumerate(tick.deltas, 1):
            if completion.finished is None:
                ends = reason if number == len(tick.deltas) and reason in TOLD_BY_TOKENS else None
                self._read(line, delta, ends)
        if end and reason not in GOES_ON:
            completion.end(end.reason, end.error)
        if tick.usage:
            self._count(line, tick.usage)

    def _read(self, line: Line, delta: Delta, ends: StopReason | None) -> None:
        line.completion.take(delta, ends)
        for token in delta.token_ids:
            line.thought = self._thinking.after(line.thought, token)

    def _count(self, line: Line, usage: Usage) -> None:
        self._sampled += usage.completion_tokens
        if line.phase == 0:
            found = usage.cached_prompt_tokens
            self._cached[line.place] = min(found, self._cached.get(line.place, found))

    def _tell(self, line: Line, *, ends: bool = False) -> None:
        deltas, finished = line.completion.deltas(), line.completion.finished
        if deltas or ends:
            usage = None if self._unfinished else self._usage()
            self.mailbox.put(Tick(deltas, [finished] if ends and finished else [], usage))

    def _usage(self) -> Usage:
        prompt = sum(len(branch.token_ids) for branch in self._job.branches)
        return Usage(prompt, sum(self._cached.values()), self._sampled)


def _lines(job: Job, context: int) -> list[Line]:
    places = [(at, branch, stream) for at, branch in enumerate(job.branches) for stream in branch.streams]
    return [
        Line(at, branch, stream, Completion(number, _watcher(job, branch, context), flush_every=job.flush_every))
        for number, (at, branch, stream) in enumerate(places)
    ]


def _watcher(job: Job, branch: Branch, context: int) -> StepWatcher:
    sampling, room = job.sampling, context - len(branch.token_ids)
    most = room if sampling.max_tokens is None else min(room, sampling.max_tokens)
    return StepWatcher(job.steps, sampling.stop, sampling.min_tokens, most)


TOLD_BY_TOKENS = {StopReason.EOS, StopReason.STOP}

GOES_ON = {StopReason.STEP}
"""A phase that ends so is followed by another, unless the sequence itself has ended."""
