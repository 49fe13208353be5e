"""A lane of the engine: a batch, the jobs whose sequences share it, and those sequences that wait for a place in it."""

from collections import Counter, deque
from collections.abc import Collection, Sequence, Set

from its_generator.backends.embedded import costs
from its_generator.backends.embedded.batch import Batch, Row
from its_generator.backends.embedded.draws import Draws
from its_generator.backends.embedded.logprobs import Logprobs
from its_generator.backends.embedded.prefill import Prefill
from its_generator.backends.embedded.prefix_cache import PrefixCache
from its_generator.backends.embedded.sampler import Sampler
from its_generator.backends.embedded.work import Work
from its_generator.tick import StopReason
from its_models.decoder import Decoder
from its_runtime.fairness import Holdings


class Lane:
    """Not safe for threads, but `running` may be read by any."""

    def __init__(self, decoder: Decoder, prefixes: PrefixCache, eos_ids: Set[int], max_batch: int) -> None:
        self.works: list[Work] = []
        self.sampled = 0
        """Tokens, since it was made."""
        self._decoder = decoder
        self._prefixes = prefixes
        self._eos_ids = eos_ids
        self._max_batch = max_batch
        self._batch = Batch(decoder)
        self._parked: dict[Work, deque[Row]] = {}
        """Sequences that had a place in another lane and wait for one in this batch."""
        self._arrange([])

    @property
    def running(self) -> int:
        """How many sequences have a place, or had one in another lane."""
        return len(self._batch.rows) - self._batch.idle + sum(map(len, tuple(self._parked.values())))

    @property
    def busy(self) -> bool:
        """Whether there is anything to do."""
        if not self.works:
            return False
        return self.running > 0 or any(work.waiting for work in self.works)

    @property
    def cost(self) -> float:
        """What a step costs."""
        rows = max(1, min(self._max_batch, len(self._batch.rows) + sum(map(len, self._parked.values()))))
        return costs.of_step(rows, self._batch.width)

    def step(self, chunk: int) -> Counter[Work]:
        """Let every sequence that has a place take a step, and compute at most `chunk` tokens of prompts before.

        Return the tokens that each job has had.
        """
        had = Counter[Work]()
        joining, idle = self._admitted(chunk, had), self._batch.idle
        if joining or idle * IDLE_SHARE > len(self._batch.rows):
            self._arrange(joining)
        if self._batch.rows:
            self._step(had)
        return had

    def join(self, work: Work, rows: Sequence[Row]) -> None:
        """Let a job come in, with those of its sequences that had a place in another lane."""
        self.works.append(work)
        if rows:
            self._parked[work] = deque(rows)

    def leave(self, works: Collection[Work]) -> list[Row]:
        """Let jobs go; return those of their sequences that had a place, their keys and values with them."""
        self.works = [work for work in self.works if work not in works]
        going = [row for work in works for row in self._parked.pop(work, ())]
        for place, row in enumerate(self._batch.rows):
            if row.work in works and row.completion.finished is None:
                row.prefix = self._batch.values(place, 0)
                going.append(row)
        self._arrange([], leaving=set(going))
        return going

    def forget(self, ended: Collection[Work]) -> None:
        """Let go of jobs that have ended, and of the batch's memory when nobody is in it."""
        self.works = [work for work in self.works if work not in ended]
        for work in ended:
            self._parked.pop(work, None)
        if self._batch.rows and not self.running:
            self._arrange([])

    def _arrange(self, joining: Sequence[Row], leaving: Set[Row] = frozenset()) -> None:
        self._batch.rearrange(joining, leaving)
        rows = self._batch.rows
        self._sampler = Sampler([row.draws for row in rows])
        self._logprobs = Logprobs([row.work.job.logprobs for row in rows])

    def _admitted(self, chunk: int, had: Counter[Work]) -> list[Row]:
        """Take sequences out of the queues, in turn: first who has fewest in the batch.

        Whoever has none comes in at once; others once there is room for several, as the batch is copied for them.
        """
        rows, waiting = list[Row](), [work for work in self.works if self._waits(work)]
        if not waiting:
            return rows
        live = [row for row in self._batch.rows if row.completion.finished is None]
        inside, free = {row.work for row in live}, self._max_batch - len(live)
        if free * IDLE_SHARE < self._max_batch:
            waiting = [work for work in waiting if work not in inside]
        holdings = _holdings(live)
        while chunk > 0 and (work := _next(waiting, holdings)):
            row = self._returned(work)
            if row is None:
                computed = self._prefill(work, chunk)
                chunk -= computed
                had[work] += computed // costs.TOKENS_AS_ONE
                row = self._row(work)
            if row:
                rows.append(row)
                holdings.add(work.flow, 1)
                inside.add(work)
                free -= 1
            waiting = [work for work in waiting if self._waits(work) and (free > 0 or work not in inside)]
        return rows

    def _waits(self, work: Work) -> bool:
        return bool(work.waiting) or work in self._parked

    def _returned(self, work: Work) -> Row | None:
        """Return one of a job's sequences that had a place in another lane, if there is one."""
        rows = self._parked.get(work)
        if rows is None:
            return None
        row = rows.popleft()
        if not rows:
            del self._parked[work]
        return row

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
        guide = work.guides.of(branch) if work.guides else None
        draws = Draws(sampling, stream, ids, ends, self._decoder.vocabulary_size, guide)
        return Row(work, completion, draws, ids, ids[-1], len(ids) - 1, prefill.values)

    def _step(self, had: Counter[Work]) -> None:
        self.sampled += len(self._batch.rows) - self._batch.idle
        logits = self._batch.step()
        tokens = self._sampler.draw(logits)
        reports = self._logprobs.of(logits, tokens)
        for place, (row, token) in enumerate(zip(self._batch.rows, tokens, strict=True)):
            completion = row.completion
            if completion.finished is None:
                row.token = token
                had[row.work] += 1
                completion.push(token, *reports[place]) if place in reports else completion.push(token)
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


def _holdings(rows: Sequence[Row]) -> Holdings:
    holdings = Holdings()
    for work, places in Counter(row.work for row in rows).items():
        holdings.add(work.flow, places)
    return holdings


def _next(waiting: Sequence[Work], holdings: Holdings) -> Work | None:
    return min(waiting, key=lambda work: holdings.turn(work.flow), default=None)


CONTINUED = {StopReason.STEP, StopReason.STOP, StopReason.LENGTH}

IDLE_SHARE = 8
"""A batch is copied to drop rows that have ended once they are more than one in so many: copying costs like a step."""
