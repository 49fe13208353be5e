"""One job in vLLM: an engine request for each of its sequences, and what they have used."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import aclosing
from typing import Any

import structlog
from vllm import RequestOutput, SamplingParams
from vllm.exceptions import VLLMValidationError
from vllm.inputs import tokens_input
from vllm.v1.engine.async_llm import AsyncLLM
from vllm.v1.engine.exceptions import EngineDeadError

from its_generator.backend import Branch, Job
from its_generator.completion import Completion
from its_generator.mailbox import Mailbox
from its_generator.standing import Standing
from its_generator.tick import StopReason, Tick, Top, Usage
from its_runtime.errors import InvalidRequest, ItsError, Unavailable

_log = structlog.get_logger("its.vllm")


class Run:
    """Belongs to the event loop."""

    def __init__(self, engine: AsyncLLM, job: Job, completions: Sequence[Completion], standing: Standing) -> None:
        """Take, beside the job, the standing that its flow has entered."""
        self.mailbox = Mailbox(self.stop)
        self._engine = engine
        self._job = job
        self._completions = completions
        self._standing = standing
        self._unfinished = len(completions)
        self._cached: list[list[int]] = [[] for _ in job.branches]
        self._tasks: list[asyncio.Task[None]] = []
        self._open: set[str] = set()

    def start(self, parameters: Sequence[SamplingParams]) -> None:
        """Hand all sequences to the engine."""
        places = zip(self._completions, self._branches(), parameters, strict=True)
        self._tasks = [asyncio.create_task(self._guarded(*place)) for place in places]

    def stop(self) -> None:
        """Stop the engine's work; every sequence that has not ended is CANCELLED."""
        self._end(StopReason.CANCELLED)
        for task in self._tasks:
            task.cancel()

    async def close(self) -> None:
        """Stop, and wait until the engine has been told; also of what was cancelled while it was handed over."""
        self.stop()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._open:
            await self._engine.abort(self._open)

    def _branches(self) -> Iterator[int]:
        return (place for place, branch in enumerate(self._job.branches) for _ in branch.streams)

    async def _guarded(self, completion: Completion, branch: int, parameters: SamplingParams) -> None:
        try:
            await self._follow(completion, branch, parameters)
        except VLLMValidationError as error:
            self._fail(self._refused(str(error)))
        except EngineDeadError:
            self._fail(Unavailable("vLLM's engine died, its log says why; send the request to another generator"))
        except Exception as error:  # noqa: BLE001  (one sequence fails, its siblings go on)
            _log.error("vLLM failed a sequence", exc_info=error)
            self._tell(completion, StopReason.ERROR, f"vLLM failed this sequence: {type(error).__name__}")

    async def _follow(self, completion: Completion, branch: int, parameters: SamplingParams) -> None:
        prompt = tokens_input(list(self._job.branches[branch].token_ids))
        name = f"{self._job.request_id}/{completion.sequence}"
        self._open.add(name)
        turn = self._turn(completion)
        async with aclosing(self._engine.generate(prompt, parameters, name, priority=turn)) as outputs:
            async for output in outputs:
                self._take(completion, branch, output)
                if completion.finished and not output.finished:
                    return  # closing aborts what the engine would go on with
        self._open.discard(name)

    def _turn(self, completion: Completion) -> int:
        """Return vLLM's priority, of which the least is first: by what the flow has had before this call.

        Of those who stand alike, the first sequence of every call comes before the second of any.
        """
        flow = self._job.flow
        return self._standing.level(flow) * MOST_OF_A_CALL + completion.sequence // flow.priority

    def _take(self, completion: Completion, branch: int, output: RequestOutput) -> None:
        """Take in the new tokens of one sequence."""
        new = output.outputs[0]
        self._standing.charge(self._job.flow, len(new.token_ids))
        if not completion.token_ids:
            self._cached[branch].append(output.num_cached_tokens or 0)
        logprobs: Any = new.logprobs or [None] * len(new.token_ids)
        for token, found in zip(new.token_ids, logprobs, strict=True):
            if completion.finished is None:
                completion.push(token, *(_logprobs(token, found, self._job.logprobs) if found else ()))
        if new.finish_reason == "error" and self._job.structured_output:
            self._fail(self._refused("no grammar can be made of it"))
        elif new.finish_reason == "error":
            self._tell(completion, StopReason.ERROR, "vLLM failed this sequence, its log says why; try again")
        else:
            self._tell(completion, _REASONS.get(new.finish_reason or ""))

    def _refused(self, why: str) -> InvalidRequest:
        """Return the caller's mistake: what else vLLM checks was checked before, so a form is the likely one."""
        output = self._job.structured_output
        field = f"structured_output.{output.form}" if output else "request"
        return InvalidRequest.field(field, f"vLLM can't do it: {why}; change it or leave it out")

    def _tell(self, completion: Completion, ends: StopReason | None, error: str = "") -> None:
        if ends:
            completion.end(ends, error)
        if completion.is_due:
            self._put([completion])

    def _put(self, due: Sequence[Completion]) -> None:
        ended = [completion.finished for completion in due if completion.finished]
        self._unfinished -= len(ended)
        deltas = [delta for completion in due for delta in completion.deltas()]
        self.mailbox.put(Tick(deltas, ended, None if self._unfinished else self._usage()))

    def _end(self, reason: StopReason) -> None:
        running = [completion for completion in self._completions if completion.finished is None]
        for completion in running:
            completion.end(reason)
        if running:
            self._put(running)

    def _fail(self, error: ItsError) -> None:
        """End the whole job; what it used is nobody's business any more."""
        self.mailbox.fail(error)
        for completion in self._completions:
            completion.end(StopReason.CANCELLED)
        self.stop()

    def _usage(self) -> Usage:
        """Return what all sequences used; what the first of a branch found in the cache was there for the branch."""
        prompt = sum(len(branch.token_ids) for branch in self._job.branches)
        cached = sum(min(found, default=0) for found in self._cached)
        return Usage(prompt, cached, sum(completion.watcher.tokens for completion in self._completions))


def prefixes(job: Job) -> Iterator[tuple[Branch, int]]:
    """Yield the branch and the stream of every sequence, in the order of their numbers."""
    return ((branch, stream) for branch in job.branches for stream in branch.streams)


def _logprobs(token: int, found: dict[int, Any], top: int | None) -> tuple[float, Top | None]:
    """Return a token's log-probability and its best alternatives from what vLLM reports of one place."""
    if not top:
        return found[token].logprob, None
    best = sorted(found.items(), key=lambda entry: entry[1].rank)[:top]
    return found[token].logprob, Top([place for place, _ in best], [entry.logprob for _, entry in best])


MOST_OF_A_CALL = 1024
"""Sequences of one call."""

_REASONS = {
    "stop": StopReason.EOS,
    "length": StopReason.LENGTH,
    "abort": StopReason.CANCELLED,
    "repetition": StopReason.STOP,
}
"""For what the tokens don't tell: an end that only vLLM knows, or its own limits."""
