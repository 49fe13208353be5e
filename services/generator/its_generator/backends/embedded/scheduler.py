"""What the engine does in each tick: stop, admit, step, tell."""

from collections import Counter, deque
from collections.abc import Set
from typing import NamedTuple

import structlog

from its_generator.backends.embedded.batch import Batch, Row
from its_generator.backends.embedded.draws import Draws
from its_generator.backends.embedded.evaluation import Evaluation
from its_generator.backends.embedded.logprobs import Logprobs, Report
from its_generator.backends.embedded.prefill import Prefill
from its_generator.backends.embedded.prefix_cache import PrefixCache
from its_generator.backends.embedded.sampler import Sampler
from its_generator.backends.embedded.work import Work
from its_generator.tick import StopReason
from its_models.decoder import Decoder

_log = structlog.get_logger("its.embedded")


class Load(NamedTuple):
    """How much there is to do, in sequences."""

    running: int
    waiting: int


class Scheduler:
    """Not safe for threads, but `load` may be read by any."""

    def __init__(self, decoder: Decoder, eos_ids: Set[int], *, max_batch: int, cache_bytes: int) -> None:
        self.works: list[Work] = []
        self.evaluations: deque[Evaluation] = deque()
        """Given tokens to be evaluated, a chunk of them after each step of the batch."""
        self._decoder = decoder
        self._eos_ids = eos_ids
        self._max_batch = max_batch
        self._prefixes = PrefixCache(cache_bytes)
        self._batch = Batch(decoder)
        self._arrange([])
        # Logits of a whole chunk exist at once: a large vocabulary makes chunks smaller.
        self._chunk = max(16, min(256, LOGITS_OF_A_CHUNK // decoder.vocabulary_size))

    @property
    def load(self) -> Load:
        """How much there is to do."""
        running = sum(row.completion.finished is None for row in self._batch.rows)
        return Load(running, sum(len(work.waiting) for work in self.works))

    @property
    def has_work(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.works or self.evaluations)

    def tick(self) -> None:
        """Let every sequence in the batch take one step."""
        for work in self.works:
            if work.is_stopped:
                work.cancel()
        joining, idle = self._admitted(), self._batch.idle
        if joining or idle * IDLE_SHARE > len(self._batch.rows):
            self._arrange(joining)
        if self._batch.rows:
            self._step()
        self.works = [work for work in self.works if not work.tell()]
        if not self.works:
            self._arrange([])
        if self.evaluations and self.evaluations[0].advance(self._decoder, self._prefixes, self._chunk):
            self.evaluations.popleft()

    def _arrange(self, joining: list[Row]) -> None:
        self._batch.rearrange(joining)
        rows = self._batch.rows
        self._sampler = Sampler([row.draws for row in rows])
        self._logprobs = Logprobs([row.work.job.logprobs for row in rows])

    def _admitted(self) -> list[Row]:
        """Take sequences out of the queues; whoever has fewest in the batch comes first.

        At most a chunk of prompt tokens is computed in a tick, so that long prompts don't hold up the batch.
        """
        waiting = [work for work in self.works if work.waiting]
        rows, chunk = list[Row](), self._chunk
        if not waiting:
            return rows
        places = Counter(id(row.work) for row in self._batch.rows if row.completion.finished is None)
        while chunk > 0 and (work := self._next(waiting, places)):
            chunk -= self._prefill(work, chunk)
            if row := self._row(work):
                rows.append(row)
                places[id(work)] += 1
        return rows

    def _next(self, waiting: list[Work], places: Counter[int]) -> Work | None:
        """Return whose turn it is: beyond a full batch only who has nothing in it."""
        work = min((work for work in waiting if work.waiting), key=lambda work: places[id(work)], default=None)
        full = places.total() >= self._max_batch
        return None if work is None or (full and places[id(work)]) else work

    def _prefill(self, work: Work, chunk: int) -> int:
        """Get on with the next sequence's branch; return how many tokens were computed."""
        branch, _, _ = work.waiting[0]
        if work.prefill is None or work.prefill.branch is not branch:
            work.prefill = Prefill(self._decoder, self._prefixes, branch)
            work.cached_tokens += work.prefill.cached_tokens
        missing = min(work.prefill.missing, chunk)
        if missing:
            work.prefill.advance(missing)
        return missing

    def _row(self, work: Work) -> Row | None:
        prefill = work.prefill
        assert prefill is not None
        if prefill.missing:
            return None
        branch, stream, completion = work.waiting.popleft()
        ids, sampling = branch.token_ids, work.job.sampling
        ends = self._eos_ids | sampling.stop_token_ids
        draws = Draws(sampling, stream, ids, ends, self._decoder.vocabulary_size)
        return Row(work, completion, draws, ids, ids[-1], len(ids) - 1, prefill.values)

    def _step(self) -> None:
        logits = self._batch.step()
        tokens = self._sampler.draw(logits)
        reports = self._logprobs.of(logits, tokens)
        for place, (row, token) in enumerate(zip(self._batch.rows, tokens, strict=True)):
            completion = row.completion
            if completion.finished is None:
                row.token = token
                completion.push(token, *reports.get(place, NOTHING))
                if completion.is_due:
                    row.work.note(completion)
                    self._remember(place)

    def _remember(self, place: int) -> None:
        """Keep what a sequence has computed where somebody may go on from its end."""
        row = self._batch.rows[place]
        finished = row.completion.finished
        if finished and finished.reason in CONTINUED:
            read = (*row.prompt, *row.completion.token_ids[:-1])
            self._prefixes.add(read, lambda start: self._batch.values(place, start))


NOTHING = Report()

CONTINUED = {StopReason.STEP, StopReason.STOP, StopReason.LENGTH}

LOGITS_OF_A_CHUNK = 1 << 22

IDLE_SHARE = 8
"""A batch is copied to drop rows that have ended once they are more than one in so many: copying costs like a step."""
