"""The tokens of one call: taken from its tenant's as an estimate while it runs, and what it truly cost in the end."""

from collections.abc import Callable
from types import TracebackType

from its_orchestrator.ledger import Ledger
from its_orchestrator.limits.bucket import Bucket


class Spending:
    """Belongs to a call that was let in, and lasts as long: a context manager."""

    def __init__(self, tokens: Bucket | None, estimate: int, leave: Callable[[], None]) -> None:
        """Take `estimate` from `tokens`; None is without a limit. `leave` is called at the end."""
        self._tokens = tokens
        self._leave = leave
        self._taken = 0
        self._cost = 0
        self._ended = False
        self._take(estimate)

    def comes_to(self, ledger: Ledger) -> None:
        """Let the call cost what its run spent; one whose run never began costs nothing."""
        self._cost = ledger.prompt_tokens + ledger.completion_tokens

    def __enter__(self) -> "Spending":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.end()

    def settle(self, ledger: Ledger) -> None:
        """End now, with what the run spent: whoever hears of its answer may come back at once."""
        self.comes_to(ledger)
        self.end()

    def end(self) -> None:
        """Correct what was taken to what it cost, and leave."""
        if not self._ended:
            self._ended = True
            self._take(self._cost)
            self._leave()

    def _take(self, tokens: int) -> None:
        if self._tokens:
            self._tokens.take(tokens - self._taken)
        self._taken = tokens
