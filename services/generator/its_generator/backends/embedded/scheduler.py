"""What the engine does in each tick: stop, choose whose turn it is, step, tell."""

from collections import deque
from collections.abc import Set
from typing import NamedTuple

from its_generator.backends.embedded.costs import TOKEN_OF_A_PROMPT
from its_generator.backends.embedded.evaluation import Evaluation
from its_generator.backends.embedded.lane import Lane
from its_generator.backends.embedded.prefix_cache import PrefixCache
from its_generator.backends.embedded.turns import Turns
from its_generator.backends.embedded.work import Work
from its_generator.standing import LEVELS, Standing
from its_models.decoder import Decoder


class Load(NamedTuple):
    """How much there is to do, in sequences."""

    running: int
    waiting: int


class Scheduler:
    """Not safe for threads, but `load` may be read by any.

    Jobs stand in lanes by how much their flows have had. A job alone has the whole engine; a small one beside large
    ones has most of it, in steps that are short since its lane is narrow.
    """

    def __init__(self, decoder: Decoder, eos_ids: Set[int], *, max_batch: int, cache_bytes: int) -> None:
        self.works: list[Work] = []
        self.evaluations: deque[Evaluation] = deque()
        """Given tokens to be evaluated, a chunk of them at each of their turns."""
        self._decoder = decoder
        self._prefixes = PrefixCache(cache_bytes)
        self._lanes = [Lane(decoder, self._prefixes, eos_ids, max_batch) for _ in range(LEVELS)]
        self._standing = Standing()
        self._turns = Turns()
        # Logits of a whole chunk exist at once: a large vocabulary makes chunks smaller.
        self._chunk = max(16, min(256, LOGITS_OF_A_CHUNK // decoder.vocabulary_size))

    @property
    def load(self) -> Load:
        """How much there is to do."""
        running = sum(lane.running for lane in self._lanes)
        return Load(running, sum(len(work.waiting) for work in self.works))

    @property
    def sampled(self) -> int:
        """How many tokens were sampled until now; may be read by any thread."""
        return sum(lane.sampled for lane in self._lanes)

    @property
    def has_work(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.works or self.evaluations)

    def tick(self) -> None:
        """Let every sequence of one lane take one step."""
        for work in self.works:
            if work.lane is None:
                self._enter(work)
            if work.is_stopped:
                work.cancel()
        if busy := self._busy():
            chosen = self._turns.next(busy)
            chunk = self._chunk if len(busy) == 1 else max(16, self._chunk // CROWDED)
            if chosen == EVALUATING:
                self._evaluate(chunk)
            else:
                self._step(chosen, chunk)
        self._tell()

    def _busy(self) -> dict[int, float]:
        """Return what a step of each lane with work costs, youngest first."""
        costs = {level: lane.cost for level, lane in enumerate(self._lanes) if lane.busy}
        if not self.evaluations:
            return costs
        young = {level: cost for level, cost in costs.items() if level == 0}
        return {**young, EVALUATING: self._chunk * TOKEN_OF_A_PROMPT / (CROWDED if costs else 1), **costs}

    def _enter(self, work: Work) -> None:
        self._standing.enter(work.flow)
        work.lane = self._standing.level(work.flow)
        self._lanes[work.lane].join(work, ())

    def _step(self, level: int, chunk: int) -> None:
        lane = self._lanes[level]
        for work, tokens in lane.step(chunk).items():
            self._standing.charge(work.flow, tokens)
        older = {work: place for work in lane.works if (place := self._standing.level(work.flow)) > level}
        if older:
            self._age(level, older)

    def _age(self, level: int, older: dict[Work, int]) -> None:
        """Let jobs stand where their flows do now; a lane that only they are in goes there as it is."""
        lane, places = self._lanes[level], set(older.values())
        if len(older) == len(lane.works) and len(places) == 1 and not self._lanes[min(places)].works:
            self._lanes[level], self._lanes[min(places)] = self._lanes[min(places)], lane
        else:
            rows = lane.leave(older)
            for work, place in older.items():
                self._lanes[place].join(work, [row for row in rows if row.work is work])
        for work, place in older.items():
            work.lane = place

    def _evaluate(self, chunk: int) -> None:
        if self.evaluations[0].advance(self._decoder, self._prefixes, chunk):
            self.evaluations.popleft()

    def _tell(self) -> None:
        ended = {work for work in self.works if work.tell()}
        if not ended:
            return
        self.works = [work for work in self.works if work not in ended]
        for work in ended:
            self._standing.leave(work.flow)
        for lane in self._lanes:
            lane.forget(ended)


EVALUATING = -1
"""The lane of given tokens."""

CROWDED = 4
"""A part of a chunk of prompts is computed at once where others wait for their turn."""

LOGITS_OF_A_CHUNK = 1 << 22
