"""The checker: which answers are the same, and which are right; algebra happens in processes that can be ended."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from its_checking.boxed import last_boxed
from its_checking.canonical import Form, Kind, form
from its_checking.pool import CheckingPool, open_pool

ALGEBRA = frozenset({Kind.NUMBER, Kind.FORMULA})


class Checker:
    """Compares answers: by their text, as numbers, as documents, and by math-verify where none of these can tell."""

    def __init__(self, pool: CheckingPool) -> None:
        """Ask `pool`, whose rule is `math`."""
        self._pool = pool

    async def same(self, answer: str, other: str) -> bool:
        """Return whether both are the same answer; the order of the two makes no difference.

        Raises:
            DeadlinePassed: if the time limit is not enough to tell.
            InvalidRequest: if the texts break the parser.
            Internal: if there is no process that can tell.
        """
        one, two = form(answer), form(other)
        if not undecided(one, two):
            return one == two
        return await self.proven(one, two)

    async def proven(self, one: Form, two: Form) -> bool:
        """Return whether algebra shows two forms to be the same. Raises as `same` does."""
        first, second = sorted((str(one.value), str(two.value)))
        return await self._pool.ask(answer=second, reference=first)

    async def right(self, text: str, reference: str) -> bool:
        r"""Return whether the final answer of `text` is that of `reference`, itself one or a text with a box.

        Where `text` has no `\boxed{}` there is no right answer in it. Raises as `same` does.
        """
        answer = last_boxed(text)
        return answer is not None and await self.same(answer, last_boxed(reference) or reference)


def undecided(one: Form, two: Form) -> bool:
    """Tell whether it takes algebra to know if two forms are the same."""
    return one != two and {one.kind, two.kind} <= ALGEBRA and Kind.FORMULA in {one.kind, two.kind}


@asynccontextmanager
async def open_checker(workers: int = 2, seconds: float = 2.0) -> AsyncGenerator[Checker]:
    """Open a checker; leaving the block ends its processes, which start when they are first needed.

    Args:
        workers: most processes at once.
        seconds: CPU time that one comparison may take.
    """
    async with open_pool("math", workers, seconds) as pool:
        yield Checker(pool)
