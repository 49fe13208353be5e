"""The account of one run: what was spent, what is left, and what went wrong."""

from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager

from its_orchestrator.budget import StoppedBy
from its_orchestrator.engines import Usage
from its_orchestrator.events import FailureNoted
from its_orchestrator.ledger import Ledger
from its_orchestrator.limits.recorder import Recorder
from its_orchestrator.limits.stopwatch import Stopwatch
from its_runtime.errors import ItsError


class Account:
    """Adds up usage against a limit of tokens, and collects failures that the run survived."""

    def __init__(self, tokens: int | None, recorder: Recorder) -> None:
        self.ledger = Ledger()
        self.failures: list[ItsError] = []
        self.stopped_by: StoppedBy | None = None
        """Set when a limit ended the run early."""
        self._tokens = tokens
        self._recorder = recorder
        self._generating = Stopwatch(self._generated_for)
        self._scoring = Stopwatch(self._scored_for)

    @property
    def tokens_left(self) -> int | None:
        """Completion tokens that may still be sampled; None without a limit."""
        return None if self._tokens is None else max(0, self._tokens - self.ledger.completion_tokens)

    @contextmanager
    def share(self, parts: int) -> Generator[None]:
        """Leave one part of `parts` of the tokens that are left to the block, whose end is nobody else's."""
        whole, left = self._tokens, self.tokens_left
        if left is None or parts == 1:
            yield
            return
        self._tokens = self.ledger.completion_tokens + max(1, left // parts)
        try:
            yield
        finally:
            self._tokens = whole
            self.stopped_by = None if self.stopped_by is StoppedBy.TOKENS and self.tokens_left else self.stopped_by

    def generating(self) -> AbstractContextManager[None]:
        """Count the seconds of the block as some of the generator's; blocks may overlap."""
        return self._generating.running()

    def scoring(self) -> AbstractContextManager[None]:
        """Count the seconds of the block as some of the reward service's; blocks may overlap."""
        return self._scoring.running()

    def start(self, samples: int) -> None:
        """Count samples that start."""
        self.ledger += Ledger(samples=samples)

    def generated(self, usage: Usage, ended_tokens: int) -> None:
        """Count a call of the generator whose sequences sampled `ended_tokens` up to their own ends."""
        self.ledger += Ledger(
            prompt_tokens=usage.prompt_tokens,
            cached_prompt_tokens=usage.cached_prompt_tokens,
            completion_tokens=usage.completion_tokens,
            aborted_tokens=usage.completion_tokens - ended_tokens,
            generator_calls=1,
        )

    def evaluated(self, usage: Usage) -> None:
        """Count a call of the generator that sampled nothing."""
        self.ledger += Ledger(
            prompt_tokens=usage.prompt_tokens, cached_prompt_tokens=usage.cached_prompt_tokens, generator_calls=1
        )

    def advised(self, tokens: int) -> None:
        """Count those of the generator's tokens that it wrote as a judge."""
        self.ledger += Ledger(judge_tokens=tokens)

    def judged(self, usage: Usage) -> None:
        """Count a call of the reward service."""
        self.ledger += Ledger(
            reward_tokens=usage.prompt_tokens,
            cached_reward_tokens=usage.cached_prompt_tokens,
            judge_tokens=usage.completion_tokens,
            reward_calls=1,
        )

    def fail(self, error: ItsError, candidate_id: str = "") -> None:
        """Note a failure; one that strikes several candidates at once is noted once."""
        if not any(error is known for known in self.failures):
            self.failures.append(error)
            self._recorder.add(FailureNoted(error.message, candidate_id))

    def _generated_for(self, seconds: float) -> None:
        self.ledger += Ledger(generator_seconds=seconds)

    def _scored_for(self, seconds: float) -> None:
        self.ledger += Ledger(reward_seconds=seconds)
