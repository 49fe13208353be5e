"""The allowances of all tenants that have used some of theirs lately."""

import time
from collections.abc import Callable

from its_orchestrator.limits.allowance import Allowance

FEW = 64
"""So many are kept without a look at who may be forgotten."""


class Allowances:
    """Finds a tenant's allowance; one that is whole again is forgotten, some time later."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: dict[str, Allowance] = {}
        self._many = FEW

    def __len__(self) -> int:
        """Return how many are kept."""
        return len(self._known)

    def of(self, tenant: str) -> Allowance:
        """Return the allowance of a tenant, a whole one where none was kept."""
        if tenant not in self._known:
            self._make_room()
            self._known[tenant] = Allowance(self._clock)
        return self._known[tenant]

    def _make_room(self) -> None:
        """Forget whoever can be forgotten, once in as many new tenants as are kept."""
        if len(self._known) >= self._many:
            self._known = {tenant: one for tenant, one in self._known.items() if not one.is_whole}
            self._many = max(FEW, 2 * len(self._known))
