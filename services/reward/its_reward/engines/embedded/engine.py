"""The embedded engine: callers wait together, one thread reads for all of them."""

import asyncio
import hashlib
import os
import sys
import threading
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from its_models.decoder import Decoder
from its_reward.engine import Floats, Likelihood, Passage, Probes
from its_reward.engines.embedded.fair_queue import FairQueue, Wait
from its_reward.engines.embedded.prefix_cache import PrefixCache
from its_reward.engines.embedded.reader import Pages, Reader, Work
from its_reward.settings import EngineSettings, folder_path

MOST_PASSAGES = 64
"""Passages handed to the thread at once; those who leave later than that have their rows computed."""


NICE = 5
"""How far the reading thread stands back where processors are few."""


class EmbeddedEngine:
    """Reads passages of all callers in common batches, off the event loop."""

    def __init__(self, decoder: Decoder, settings: EngineSettings, revision: str) -> None:
        self.max_context = decoder.max_context
        self.revision = revision
        self._reader = Reader(decoder, PrefixCache(settings.cache_bytes), settings.max_batch_tokens)
        self._waiting = FairQueue()
        self._wake = asyncio.Event()

    @property
    def work(self) -> Work:
        """What was computed so far."""
        return self._reader.work

    async def likelihood(self, passage: Passage, ends: Sequence[int] = ()) -> Likelihood:
        """Read how likely each token is, and with `ends` the end."""
        return await self._answer(passage, partial(_likelihood, ends=list(ends)))

    async def probe(self, passage: Passage, probes: Sequence[int]) -> Probes:
        """Read how likely `probes` are after each cut behind `first`."""
        return await self._answer(passage, partial(_probe, probes=list(probes)))

    async def check(self) -> None:
        """Its thread outlives whatever it reads: it answers as long as the process does."""

    async def work_on(self) -> None:
        """Serve those who wait, for ever."""
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(1, thread_name_prefix="reward-engine", initializer=_step_back) as thread:
            while await self._wake.wait():
                waits = self._next()
                try:
                    await loop.run_in_executor(thread, self._read, waits, loop)
                except Exception as error:  # noqa: BLE001  (whoever waits must hear of it; the next ones may do well)
                    _hand_out([(wait, error) for wait in waits])

    async def _answer(self, passage: Passage, read: Callable[[Pages], Any]) -> Any:  # noqa: ANN401
        answer = asyncio.get_running_loop().create_future()
        self._waiting.put(Wait(passage, read, answer))
        self._wake.set()
        return await answer

    def _next(self) -> list[Wait]:
        waits = self._waiting.take(MOST_PASSAGES)
        if not self._waiting:
            self._wake.clear()
        return waits

    def _read(self, waits: Sequence[Wait], loop: asyncio.AbstractEventLoop) -> None:
        """In the thread: read each different passage once, and hand out answers as they come."""
        readers = defaultdict[Passage, list[Wait]](list)
        for wait in waits:
            readers[wait.passage].append(wait)
        for group in self._reader.plan(list(readers)):
            wanted = [p for p in group if not all(wait.answer.cancelled() for wait in readers[p])]
            self._read_group(wanted, readers, loop)

    def _read_group(
        self, group: list[Passage], readers: dict[Passage, list[Wait]], loop: asyncio.AbstractEventLoop
    ) -> None:
        try:
            pages = self._reader.read(group) if group else []
            answers = [(wait, answer) for page in pages for wait, answer in _answers(page, readers[page.passage])]
        except Exception as error:  # noqa: BLE001  (it belongs to those who wait, not to the thread)
            answers = [(wait, error) for passage in group for wait in readers[passage]]
        loop.call_soon_threadsafe(_hand_out, answers)


@asynccontextmanager
async def open_embedded(settings: EngineSettings, folder: str) -> AsyncGenerator[EmbeddedEngine, None]:
    """Load the model in `folder`; leaving the block stops the thread after its current forward pass."""
    path = folder_path(folder)
    decoder = await asyncio.to_thread(Decoder.open, path, settings.threads)
    engine = EmbeddedEngine(decoder, settings, await asyncio.to_thread(_revision, path))
    worker = asyncio.create_task(engine.work_on())
    try:
        yield engine
    finally:
        worker.cancel()
        await asyncio.wait([worker])


def _step_back() -> None:
    """Let event loops and the generator beside it go before this thread, which only ever has much to do."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), min(19, os.nice(0) + NICE))


def _revision(folder: Path) -> str:
    digest = hashlib.sha256()
    for file in sorted(folder.glob("model*")):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _answers(pages: Pages, waits: Sequence[Wait]) -> list[tuple[Wait, Any]]:
    """Read for all who wait for one passage: the first pays for its tokens, for others they were there."""
    free = Pages(pages.passage, pages.logits, len(pages.passage.ids))
    return [(wait, wait.read(pages if wait is waits[0] else free)) for wait in waits]


def _hand_out(answers: Sequence[tuple[Wait, Any]]) -> None:
    for wait, answer in answers:
        if wait.answer.done():
            continue
        if isinstance(answer, Exception):
            wait.answer.set_exception(answer)
        else:
            wait.answer.set_result(answer)


def _likelihood(pages: Pages, ends: list[int]) -> Likelihood:
    targets = np.asarray(pages.passage.ids[pages.passage.first :], np.int64)
    logprobs = _log_softmax(pages.logits)
    tokens = logprobs[np.arange(len(targets)), targets]
    modes = logprobs.max(axis=-1)
    if not ends:
        return Likelihood(tokens, modes[:-1], pages.cached)
    return Likelihood(np.append(tokens, logprobs[-1, ends].max()), modes, pages.cached)


def _probe(pages: Pages, probes: list[int]) -> Probes:
    first = pages.passage.first
    rows = np.asarray([cut - first for cut in pages.passage.cuts if cut > first], np.int64)
    return Probes(_log_softmax(pages.logits[rows])[:, probes], pages.cached)


def _log_softmax(logits: Floats) -> Floats:
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
