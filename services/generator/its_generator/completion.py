"""One sequence being sampled: its tokens, their text, its steps, and what of it is yet to be reported."""

from collections.abc import Callable, Sequence, Set
from dataclasses import replace

from its_generator.backend import Job
from its_generator.pieces import Decoding, Pieces
from its_generator.steps import StepWatcher
from its_generator.tick import Delta, Finished, StopReason, Top


class Completion:
    """Takes in what an engine samples, and gives out deltas when they are due."""

    def __init__(
        self,
        sequence: int,
        watcher: StepWatcher,
        *,
        text: Decoding | None = None,
        eos_ids: Set[int] = frozenset(),
        stop_ids: Set[int] = frozenset(),
        flush_every: int = 0,
        texts: Callable[[int], bytes] | None = None,
    ) -> None:
        self.sequence = sequence
        self.watcher = watcher
        self.token_ids: list[int] = []
        """All tokens so far."""
        self.finished: Finished | None = None
        self._text = text
        self._eos_ids = eos_ids
        self._stop_ids = stop_ids
        self._flush_every = flush_every
        self._told = 0
        self._logprobs: list[float] = []
        self._top: list[Top] = []
        self._read = texts
        self._texts: list[bytes] = []
        self._deltas: list[Delta] = []

    def push(self, token: int, logprob: float | None = None, top: Top | None = None) -> None:
        """Take in one sampled token, with its log-probability and alternatives where they were asked for."""
        self.token_ids.append(token)
        if logprob is not None:
            self._logprobs.append(logprob)
        if top is not None:
            self._top.append(top)
        ends = self._ends(token)
        self._see(self._text.push(token) if self._text and not ends else "", ends, token)

    def take(self, delta: Delta, ends: StopReason | None = None) -> None:
        """Take in a token, or text that is left of one, that another completion reported.

        `ends` is the reason when the token itself ends the sequence.
        """
        self.token_ids += delta.token_ids
        self._logprobs += delta.logprobs
        self._top += delta.top
        self._texts += delta.texts
        if delta.token_ids:
            self._see(delta.text, ends, delta.token_ids[-1])
        else:
            self.watcher.append(delta.text)

    def push_text(self, text: str, logprobs: Sequence[tuple[float, Top]] = (), texts: Sequence[bytes] = ()) -> None:
        """Take in a piece of text of an engine that tells no token ids; pieces count as tokens."""
        self._logprobs += [own for own, _ in logprobs]
        self._top += [top for _, top in logprobs]
        self._texts += texts
        self._see(text, None)

    def end(self, reason: StopReason, error: str = "") -> None:
        """End the sequence for a reason that its tokens don't tell; no effect when it has ended."""
        if self.finished is None:
            self.watcher.reason = reason
            self._finish(error)

    def deltas(self) -> list[Delta]:
        """Return the deltas that became due since the last time."""
        due, self._deltas = self._deltas, []
        return due

    @property
    def is_due(self) -> bool:
        """Whether there is something to report."""
        return bool(self._deltas) or self.finished is not None

    def _ends(self, token: int) -> StopReason | None:
        if token in self._stop_ids:
            return StopReason.STOP
        return StopReason.EOS if token in self._eos_ids else None

    def _see(self, text: str, ends: StopReason | None, token: int | None = None) -> None:
        watcher = self.watcher
        complete = watcher.see(text, ends, token)
        if watcher.reason is not None:
            self._finish(completed=complete)
        elif complete or 0 < self._flush_every <= watcher.tokens - self._told:
            self._flush(completed=complete)

    def _finish(self, error: str = "", *, completed: bool = False) -> None:
        watcher = self.watcher
        assert watcher.reason is not None
        if self._text and watcher.reason not in {StopReason.STEP, StopReason.STOP}:
            watcher.append(self._text.rest())
        self._flush(completed=completed)
        self.finished = Finished(self.sequence, watcher.reason, watcher.tokens, watcher.stop_text, error)

    def _flush(self, *, completed: bool) -> None:
        watcher, told = self.watcher, self._told
        text = watcher.text()
        if text or completed or watcher.tokens > told:
            step = watcher.steps - 1 if completed else None
            new = self.token_ids[told:]
            if self._read:
                self._texts = [*map(self._read, new)]
                self._top = [replace(top, texts=[*map(self._read, top.token_ids)]) for top in self._top]
            self._deltas.append(Delta(self.sequence, told, new, text, self._logprobs, self._top, step, self._texts))
            self._told, self._logprobs, self._top, self._texts = watcher.tokens, [], [], []


def completions(job: Job, pieces: Pieces, eos_ids: Set[int], max_context: int) -> list[Completion]:
    """Return the sequences of a job for an engine that tells token ids, in the order of their numbers."""
    prefixes: Sequence[tuple[int, ...]] = [branch.token_ids for branch in job.branches for _ in branch.streams]
    return [_completion(job, place, prefix, pieces, eos_ids, max_context) for place, prefix in enumerate(prefixes)]


def _completion(
    job: Job, sequence: int, prefix: tuple[int, ...], pieces: Pieces, eos_ids: Set[int], max_context: int
) -> Completion:
    sampling = job.sampling
    room = max_context - len(prefix)
    most = room if sampling.max_tokens is None else min(room, sampling.max_tokens)
    return Completion(
        sequence,
        StepWatcher(job.steps, sampling.stop, sampling.min_tokens, most),
        text=Decoding(pieces, prefix),
        eos_ids=eos_ids,
        stop_ids=sampling.stop_token_ids,
        flush_every=job.flush_every,
        texts=pieces.bytes_of if job.texts else None,
    )
