"""A tab: what one call of a language model costs, entered into its run's account as well."""

from collections.abc import Generator
from contextlib import contextmanager

from its_orchestrator.components.session import Session
from its_orchestrator.components.span import current, within_share
from its_orchestrator.engines import Usage
from its_orchestrator.limits.account import Account
from its_runtime.errors import ItsError


class Tab(Account):
    """The account of one call. Its failure is kept, for the caller to raise."""

    def __init__(self, session: Session) -> None:
        super().__init__(None, session.recorder)
        self.session = session
        self.error: ItsError | None = None
        self._span = current()

    @property
    def tokens_left(self) -> int | None:
        return within_share(self.session.account.tokens_left)

    @contextmanager
    def generating(self) -> Generator[None]:
        with super().generating(), self.session.account.generating():
            yield

    def start(self, samples: int) -> None:
        super().start(samples)
        self._span.spend(calls=samples)
        self.session.account.start(samples)

    def generated(self, usage: Usage, ended_tokens: int) -> None:
        super().generated(usage, ended_tokens)
        self._span.spend(tokens=usage.completion_tokens)
        self.session.account.generated(usage, ended_tokens)

    def judged(self, usage: Usage) -> None:
        super().judged(usage)
        self.session.account.judged(usage)

    def fail(self, error: ItsError, candidate_id: str = "") -> None:
        self.error = error
