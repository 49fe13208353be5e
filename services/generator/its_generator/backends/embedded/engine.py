"""The embedded engine: one thread that steps a batch which jobs join and leave at any time."""

import asyncio
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager

import structlog

from its_generator.backend import Job, Passage
from its_generator.backends.embedded.evaluation import Evaluation
from its_generator.backends.embedded.forms import Guides
from its_generator.backends.embedded.scheduler import Load, Scheduler
from its_generator.backends.embedded.work import Work
from its_generator.completion import Completion
from its_runtime.errors import Internal, ItsError, Unavailable

_log = structlog.get_logger("its.embedded")


class Engine:
    """Jobs in, ticks out. `submit` is for the event loop; everything else happens in the engine's thread."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._incoming: list[Work] = []
        self._questions: list[Evaluation] = []
        self._news = threading.Condition()
        self._end: ItsError | None = None

    @property
    def load(self) -> Load:
        """How many sequences run and wait."""
        return self._scheduler.load

    @property
    def sampled(self) -> int:
        """How many tokens were sampled until now."""
        return self._scheduler.sampled

    @contextmanager
    def running(self) -> Generator["Engine", None, None]:
        """Run the thread inside the block; what still runs at its end fails with Unavailable."""
        thread = threading.Thread(target=self._run, name="its-embedded", daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._close(Unavailable("the generator is shutting down; send the request to another one"))
            thread.join()

    def submit(self, job: Job, completions: list[Completion], guides: Guides | None = None) -> Work:
        """Queue a job. Raises the error that ended the engine, if it has ended."""
        work = Work(job, completions, asyncio.get_running_loop(), guides)
        with self._news:
            self.check()
            self._incoming.append(work)
            self._news.notify()
        return work

    def evaluate(self, passages: Sequence[Passage], temperature: float) -> Evaluation:
        """Queue given tokens. Raises the error that ended the engine, if it has ended."""
        evaluation = Evaluation(passages, temperature, asyncio.get_running_loop())
        with self._news:
            self.check()
            self._questions.append(evaluation)
            self._news.notify()
        return evaluation

    def check(self) -> None:
        """Raise the error that ended the engine, if it has ended."""
        if self._end:
            raise self._end

    def _run(self) -> None:
        try:
            while self._has_work():
                self._scheduler.tick()
        except Exception as error:  # noqa: BLE001  (whatever it is, nobody may wait for ever)
            _log.error("the engine failed", exc_info=error)
            self._close(Unavailable("the engine failed, its log says why; send the request to another generator"))
        error = self._end or Internal("the engine ended")
        for work in (*self._scheduler.works, *self._incoming, *self._scheduler.evaluations, *self._questions):
            work.fail(error)

    def _has_work(self) -> bool:
        """Take in new jobs; wait while there is nothing to do. False when the engine is to end."""
        with self._news:
            while not (self._end or self._incoming or self._questions or self._scheduler.has_work):
                self._news.wait()
            self._scheduler.works.extend(self._incoming)
            self._scheduler.evaluations.extend(self._questions)
            self._incoming.clear()
            self._questions.clear()
            return self._end is None

    def _close(self, error: ItsError) -> None:
        with self._news:
            self._end = self._end or error
            self._news.notify()
