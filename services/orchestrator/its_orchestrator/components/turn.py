"""A turn: one stage's work on items, each on its own, all at once."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial
from itertools import zip_longest
from random import Random

from its_orchestrator.components.item import ITSItem
from its_orchestrator.components.session import Session
from its_orchestrator.components.span import Span, span, within_share
from its_orchestrator.events import AttemptEnded, AttemptStarted
from its_runtime.errors import ItsError, Unmet

Work = Callable[[ITSItem], Awaitable[ITSItem]]


@dataclass(slots=True)
class Turn:
    """What a strategy sees of the run while it works."""

    session: Session = field(default_factory=Session.alone)
    turn_id: str = "alone"
    stage: str = ""
    strategy: str = ""
    spans: dict[int, Span] = field(default_factory=dict[int, Span])
    """What was spent on each item that came out, or on which work failed, by its identity."""
    made: list[ITSItem] = field(default_factory=list[ITSItem])
    """These items, kept so that no other takes over an identity."""

    async def each(self, items: Sequence[ITSItem], work: Work) -> list[ITSItem | ItsError]:
        """Return what `work` makes of each of `items`, in their order, an error where it raised one.

        All are worked on at once, and each is reported as it starts and ends. Each may spend the same share of the
        tokens that are left. Cancelling stops them all.
        """
        return await self._attempts([(_index(one, at), partial(work, one)) for at, one in enumerate(items)], items)

    async def all(self, works: Sequence[Callable[[], Awaitable[ITSItem]]]) -> list[ITSItem | ItsError]:
        """Return what each of `works` makes, in their order, as `each` does where there are no items yet."""
        return await self._attempts(list(enumerate(works)))

    async def _attempts(
        self, works: Sequence[tuple[int, Callable[[], Awaitable[ITSItem]]]], items: Sequence[ITSItem | None] = ()
    ) -> list[ITSItem | ItsError]:
        """Return what comes of all works; `items` are those that they are done on, where there are any."""
        left = within_share(self.session.account.tokens_left)
        share = None if left is None else left // max(1, len(works))
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(self._attempt(index, work, share, item))
                for (index, work), item in zip_longest(works, items)
            ]
        return [task.result() for task in tasks]

    def rng(self, *path: str | int) -> Random:
        """Return the random stream at `path` of this stage."""
        return self.session.rng(self.turn_id, self.stage, *path)

    def warn(self, message: str) -> None:
        """Report something that users should know."""
        self.session.note(f"{self.strategy}: {message}")

    async def _attempt(
        self, index: int, work: Callable[[], Awaitable[ITSItem]], share: int | None, item: ITSItem | None
    ) -> ITSItem | ItsError:
        self.session.emit(AttemptStarted(self.turn_id, self.stage, self.strategy, index))
        with span(share, f"{self.turn_id}.{self.stage}{index}") as spent:
            result = await _caught(work())
        self._report(index, result, spent)
        if (kept := result if isinstance(result, ITSItem) else item) is not None:
            self.spans[id(kept)] = spent
            self.made.append(kept)
        return result

    def credit(self, item: ITSItem, other: ITSItem) -> ITSItem:
        """Return `item`, with what was spent on `other` as its own cost; for what stands in another's place."""
        if (spent := self.spans.get(id(other))) is not None:
            self.spans[id(item)] = spent
            self.made.append(item)
        return item

    def _report(self, index: int, result: ITSItem | ItsError, spent: Span) -> None:
        failed = isinstance(result, ItsError)
        self.session.failed += failed
        self.session.emit(
            AttemptEnded(
                turn_id=self.turn_id,
                stage=self.stage,
                strategy=self.strategy,
                candidate_index=index,
                score=None if failed else result.score,
                text="" if failed else result.text,
                error=result.message if failed else "",
                calls=spent.calls,
                tokens=spent.tokens,
                seconds=spent.seconds,
            )
        )


def _index(item: ITSItem, place: int) -> int:
    return item.origin.candidate_index if item.origin else place


async def _caught(work: Awaitable[ITSItem]) -> ITSItem | ItsError:
    try:
        return await work
    except ItsError as error:
        return error
    except Exception as error:  # noqa: BLE001  (what a stranger's strategy does wrong with one item concerns that item)
        return Unmet(f"{type(error).__name__}: {error}")


def current() -> Turn:
    """Return the turn that is being worked on; one by itself outside of a pipeline."""
    return TURN.get() or Turn()


TURN: ContextVar[Turn | None] = ContextVar("turn", default=None)
