"""A session: one run of a function or a pipeline, with its limits, its seeds, and what is told of it."""

from collections import Counter
from itertools import count
from random import Random

from its_orchestrator import seeds
from its_orchestrator.budget import NO_LIMIT, Budget, StoppedBy
from its_orchestrator.choosing.equivalence import Equivalence, MathEquivalence
from its_orchestrator.components.span import current, within_share
from its_orchestrator.events import Kind, Note
from its_orchestrator.limits.account import Account
from its_orchestrator.limits.recorder import Recorder
from its_orchestrator.limits.watch import Watch
from its_runtime.errors import DeadlinePassed, ItsError


class Session:
    """Every component of a run shares it; nothing of it outlives the run."""

    def __init__(
        self, recorder: Recorder, *, seed: int = 0, budget: Budget = NO_LIMIT, request_id: str = "", tenant: str = ""
    ) -> None:
        self.recorder = recorder
        self.seed = seed
        self.budget = budget
        self.request_id = request_id or recorder.trace_id
        self.tenant = tenant
        """For whom it is."""
        self.priority = 1
        """The tenant's share of the services where several wait."""
        self.charged = False
        """Whether somebody pays for what is spent, so that it has to be known of a run that is left, too."""
        self.account = Account(budget.tokens, recorder)
        self.watch = Watch(budget.seconds)
        self.equivalence: Equivalence = MathEquivalence()
        """Which final answers are the same."""
        self.failed = 0
        """Attempts at candidates that failed."""
        self.chosen_tokens = 0
        """Completion tokens of what the last pipeline kept."""
        self.stopped_by: StoppedBy | None = None
        """Which limit ended the run early; None while none did."""
        self._turns = count()
        self._asked: Counter[int] = Counter()

    @classmethod
    def alone(cls) -> "Session":
        """Return a session without limits that nobody listens to, for a component that is used by itself."""
        return cls(Recorder("alone", frozenset()))

    @property
    def over(self) -> bool:
        """Whether a limit has ended the run: no more work will be done."""
        return self.refusal() is not None

    @property
    def samples_left(self) -> int | None:
        """Calls of language models that may still be made; None without a limit."""
        return None if self.budget.samples is None else max(0, self.budget.samples - self.account.ledger.samples)

    def refusal(self) -> ItsError | None:
        """Return why no more may be asked of language models; None while it may."""
        if self.watch.over:
            self.stopped_by = StoppedBy.SECONDS
            return DeadlinePassed("the run's budget of seconds ended; allow more")
        if within_share(self.account.tokens_left) == 0:
            self.stopped_by = StoppedBy.TOKENS
            return DeadlinePassed("the run's budget of tokens ended; allow more")
        if self.samples_left == 0:
            return DeadlinePassed("the run's budget of samples, which calls of language models are, ended; allow more")
        return None

    def call_seed(self, *asked: object) -> int:
        """Return the seed of a call: another one for each time that the same is asked.

        It depends on what is asked and for which attempt, and not on when, so that a run can be replayed however fast
        its parts are.
        """
        key = seeds.derive(self.seed, "call", current().path, *map(repr, asked))
        self._asked[key] += 1
        return seeds.derive(key, self._asked[key]) % 2**31  # what every OpenAI-compatible server takes

    def rng(self, *path: str | int) -> Random:
        """Return the random stream at `path`."""
        return seeds.stream(self.seed, "pipeline", *path)

    def turn_id(self) -> str:
        """Return a name for the next pass of a pipeline: inside of an attempt, the next one of that attempt."""
        here = current()
        return f"{here.path}.{next(here.turns)}" if here.path else str(next(self._turns))

    def emit(self, kind: Kind) -> None:
        """Report that something happened."""
        self.recorder.add(kind)

    def note(self, message: str) -> None:
        """Report something worth knowing."""
        self.emit(Note(message))
