"""Formulas are grouped by algebra, within limits that don't depend on how fast the machine is."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from its_checking import Checker, open_checker
from its_checking.canonical import Form
from its_checking.pool import CheckingPool
from its_orchestrator.candidate import Candidate
from its_orchestrator.choosing.equivalence import LATE, PAIRS, MathEquivalence
from its_orchestrator.choosing.voting import vote
from its_runtime.errors import DeadlinePassed


class Scripted(Checker):
    """Says what it is told to, and counts how often it is asked."""

    def __init__(self, *same: set[str], late: bool = False) -> None:
        super().__init__(CheckingPool("math", 1, 1))
        self._same = same
        self._late = late
        self.asked: list[set[str]] = []

    async def proven(self, one: Form, two: Form) -> bool:
        pair = {str(one.value), str(two.value)}
        self.asked.append(pair)
        if self._late:
            raise DeadlinePassed("too late")
        return any(pair <= group for group in self._same)


async def test_formulas_that_mean_the_same_vote_together():
    async with open_checker(workers=1, seconds=20) as checker:
        said = [r"\sqrt{16}", "5", "x+1", "4", "1+x", "5.0"]

        assert await MathEquivalence(checker).groups(said) == [[0, 3], [1, 5], [2, 4]]


async def test_what_cheap_comparison_decides_is_not_asked():
    checker = Scripted()
    await MathEquivalence(checker).groups(["1", "2", "1/2", "east", "west", '{"a": 1}', "[1]"])

    assert checker.asked == []


async def test_a_pair_is_asked_once_in_a_run_however_often_it_is_voted_on():
    checker = Scripted({"1+x", "x+1"})
    equivalence = MathEquivalence(checker)

    assert [await equivalence.groups(["x+1", "1+x"]) for _ in range(3)] == [[[0, 1]]] * 3
    assert checker.asked == [{"x+1", "1+x"}]


async def test_a_run_compares_so_many_pairs_and_says_that_it_stopped():
    told: list[str] = []
    checker = Scripted({"x+998", "x+999"})
    groups = await MathEquivalence(checker, told.append).groups([f"x+{number}" for number in range(1000)])

    assert len(checker.asked) == PAIRS
    assert len(groups) == 1000
    assert len(told) == 1
    assert "not compared" in told[0]


async def test_pairs_that_take_too_long_are_different_and_that_is_told():
    told: list[str] = []
    checker = Scripted(late=True)
    groups = await MathEquivalence(checker, told.append).groups([f"x+{number}" for number in range(10)])

    assert len(groups) == 10
    assert len(checker.asked) == LATE
    assert [message for message in told if "too late" in message] == told[:LATE]


async def test_when_the_time_of_the_run_is_over_nothing_more_is_compared():
    class Endless(Scripted):
        async def proven(self, one: Form, two: Form) -> bool:
            await super().proven(one, two)
            return await asyncio.Event().wait()

    told: list[str] = []
    checker = Endless()
    equivalence = MathEquivalence(checker).telling(told.append, lambda: 0.0)

    assert await equivalence.groups(["x+1", "1+x", "x+2"]) == [[0], [1], [2]]
    assert len(checker.asked) == 1
    assert len(told) == 1


@given(st.permutations(["x+1", "1+x", "2+x", "x+2", "4", "2^2", "x"]))
async def test_the_order_of_answers_changes_neither_groups_nor_questions(said: list[str]):
    same = {"x+1", "1+x"}, {"4", "2^2"}, {"2^2", "x"}  # not transitive, as algebra with tolerances isn't
    first, second = Scripted(*same), Scripted(*same)
    ordered = await MathEquivalence(first).groups(sorted(said))
    shuffled = await MathEquivalence(second).groups(said)

    assert {frozenset(sorted(said)[one] for one in group) for group in ordered} == {
        frozenset(said[one] for one in group) for group in shuffled
    }
    assert first.asked == second.asked


async def test_algebra_decides_a_vote():
    said = [Candidate(str(place), text=rf"\boxed{{{one}}}") for place, one in enumerate(["x+1", "5", "1+x", "6"])]
    choice = await vote(said, MathEquivalence(Scripted({"x+1", "1+x"})))

    assert choice.chosen
    assert choice.chosen.votes == 2
