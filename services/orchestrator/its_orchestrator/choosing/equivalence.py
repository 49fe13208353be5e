"""Equivalence: which final answers are the same. One component, used by voting, stopping and de-duplication."""

import asyncio
from collections.abc import Callable, Iterable, Sequence, Set
from fractions import Fraction
from typing import Protocol

from its_checking import Checker, Form, Kind, form, last_boxed
from its_runtime.errors import ItsError

PAIRS = 128
"""Most pairs of answers that algebra compares in one run, on any machine."""
LATE = 4
"""Pairs that may fail to be compared before algebra is left alone for the rest of the run."""

Tell = Callable[[str], None]
Left = Callable[[], float | None]
"""Returns the seconds that are left to compare in; None for any number."""


class Equivalence(Protocol):
    """What an answer is, and which answers are the same."""

    def extract(self, text: str) -> str | None:
        """Return the final answer inside `text`, or None when there is none."""
        ...

    async def groups(self, answers: Sequence[str]) -> list[list[int]]:
        """Return the places of the answers, those of equal answers together, in the order of their first ones."""
        ...

    def telling(self, tell: Tell, left: Left) -> "Equivalence":
        """Return one for a single run, which remembers what it compared, tells what it couldn't, and ends in time."""
        ...


class MathEquivalence:
    r"""Answers in `\boxed{…}`; equal when they read the same, or have the same value: 0.5 = .5 = 1/2.

    JSON documents and calls of tools are equal when they mean the same. Formulas are compared by algebra where there
    is a checker for it; a pair that it can't compare counts as different, and that is told.

    Which pairs are compared, and in which order, depends on the answers alone, and how long one may take is CPU time:
    the same answers make the same groups however busy the machine is.
    """

    def __init__(self, checker: Checker | None = None, tell: Tell = lambda _: None, left: Left = lambda: None) -> None:
        self._checker = checker
        self._tell = tell
        self._left = left
        self._compared: set[frozenset[Form]] = set()
        self._same: dict[Form, set[Form]] = {}
        self._failed = 0

    def telling(self, tell: Tell, left: Left) -> "MathEquivalence":
        return MathEquivalence(self._checker, tell, left)

    def extract(self, text: str) -> str | None:
        return last_boxed(text)

    async def groups(self, answers: Sequence[str]) -> list[list[int]]:
        forms = {answer: form(answer) for answer in dict.fromkeys(answers)}
        leaders = await self._leaders(set(forms.values()))
        found: dict[Form, list[int]] = {}
        groups = {answer: found.setdefault(leaders.get(one, one), []) for answer, one in forms.items()}
        for place, answer in enumerate(answers):
            groups[answer].append(place)
        return list(found.values())

    async def _leaders(self, forms: Set[Form]) -> dict[Form, Form]:
        """Return which formula stands for each formula, and for each number that is the value of one."""
        formulas = sorted((one for one in forms if one.kind is Kind.FORMULA), key=lambda one: str(one.value))
        leaders: dict[Form, Form] = {}
        for one in formulas:
            leaders[one] = await self._first_same(one, dict.fromkeys(leaders.values())) or one
        standing = dict.fromkeys(leaders.values())
        numbers = [one for one in forms if one.kind is Kind.NUMBER] if formulas else []
        for number in sorted(numbers, key=lambda one: Fraction(one.value)):
            leaders[number] = await self._first_same(number, standing) or number
        return leaders

    async def _first_same(self, one: Form, others: Iterable[Form]) -> Form | None:
        """Return the first of `others` that is the same, comparing what hasn't been compared."""
        if not self._able and one not in self._same:
            return None
        for other in others:
            pair = frozenset((one, other))
            if self._able and pair not in self._compared:
                self._compared.add(pair)
                await self._compare(one, other)
            if other in self._same.get(one, ()):
                return other
        return None

    @property
    def _able(self) -> bool:
        return self._checker is not None and self._failed < LATE and len(self._compared) < PAIRS

    async def _compare(self, one: Form, other: Form) -> None:
        assert self._checker
        try:
            async with asyncio.timeout(self._left()):
                same = await self._checker.proven(one, other)
            if same:
                self._same.setdefault(one, set()).add(other)
                self._same.setdefault(other, set()).add(one)
        except TimeoutError:
            self._failed = LATE
        except ItsError as error:
            self._failed += 1
            self._tell(f"{one.value} and {other.value} count as different answers: {error.message}")
        if not self._able:
            self._tell("formulas that were not compared by now count as different answers, unless they read the same")
