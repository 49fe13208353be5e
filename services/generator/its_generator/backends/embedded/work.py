"""One job in the engine: its sequences, those that wait for a place in the batch, and what is to be told."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial

from its_generator.backend import Job
from its_generator.backends.embedded.forms import Guides
from its_generator.backends.embedded.prefill import Prefill
from its_generator.completion import Completion
from its_generator.mailbox import Mailbox
from its_generator.tick import StopReason, Tick, Usage
from its_runtime.errors import ItsError


class Work:
    """Belongs to the engine's thread, except for `stop`, which the event loop calls, and the mailbox."""

    def __init__(
        self,
        job: Job,
        completions: list[Completion],
        loop: asyncio.AbstractEventLoop,
        guides: Guides | None = None,
    ) -> None:
        self.job = job
        self.guides = guides
        """What keeps its sequences to their form; None where they have none."""
        self.flow = job.flow if job.flow.name else replace(job.flow, name=f"call {job.request_id}")
        """What it belongs to: at least to itself."""
        self.mailbox = Mailbox(self.stop)
        self.waiting = deque(
            (branch, stream, completion)
            for completion, (branch, stream) in zip(
                completions, ((branch, stream) for branch in job.branches for stream in branch.streams), strict=True
            )
        )
        """Sequences that have no place yet: branch, stream, completion."""
        self.running = 0
        """Sequences in the batch."""
        self.prefill: Prefill | None = None
        """Of the branch that the first waiting sequence continues."""
        self.cached_tokens = 0
        self.lane: int | None = None
        """Number of the lane that it stands in; None until it has entered the engine."""
        self.is_stopped = False
        self._completions = completions
        self._unfinished = len(completions)
        self._due: list[Completion] = []
        self._loop = loop

    def stop(self) -> None:
        """Ask the engine to stop; it does before its next forward pass."""
        self.is_stopped = True

    def cancel(self) -> None:
        """End every sequence that has not ended, and leave the queue."""
        self.waiting.clear()
        for completion in self._completions:
            if completion.finished is None:
                completion.end(StopReason.CANCELLED)
                self.note(completion)

    def note(self, completion: Completion) -> None:
        """Remember that a sequence has something to tell."""
        self._due.append(completion)
        self._unfinished -= completion.finished is not None

    def tell(self) -> bool:
        """Send what is due to the caller, in one tick; return whether it was the last."""
        if self._due:
            due, self._due = self._due, []
            deltas = [delta for completion in due for delta in completion.deltas()]
            finished = [completion.finished for completion in due if completion.finished]
            tick = Tick(deltas, finished, None if self._unfinished else self._usage())
            self._post(partial(self.mailbox.put, tick))
        return not self._unfinished

    def fail(self, error: ItsError) -> None:
        """Tell the caller that there is nothing more to come."""
        self._post(partial(self.mailbox.fail, error))

    def _post(self, news: Callable[[], None]) -> None:
        with suppress(RuntimeError):  # the caller's loop is closed: nobody waits any more
            self._loop.call_soon_threadsafe(news)

    def _usage(self) -> Usage:
        prompt = sum(len(branch.token_ids) for branch in self.job.branches)
        completion = sum(completion.watcher.tokens for completion in self._completions)
        return Usage(prompt, self.cached_tokens, completion)
