"""A checker tells which answers are the same and which are right, by algebra where nothing else can."""

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from its_checking import Checker, open_checker
from its_checking.pool import CheckingPool

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def checker() -> AsyncGenerator[Checker]:
    async with open_checker(workers=1, seconds=20) as opened:
        yield opened


async def test_answers_that_mean_the_same_are_the_same_in_either_order(checker: Checker):
    pairs = [("1/2", ".5"), (r"\sqrt{16}", "4"), ("x+1", "1+x"), (r"y = 2x+1", "1+2x"), ('{"a":1}', '{ "a": 1.0 }')]

    for one, other in pairs:
        assert await checker.same(one, other)
        assert await checker.same(other, one)


async def test_answers_that_differ_are_different(checker: Checker):
    pairs = [("1/2", "0.51"), (r"\sqrt{16}", "5"), ("x+1", "x+2"), ("[0,1)", "(0,1]"), ("east", "west")]

    assert [await checker.same(*pair) for pair in pairs] == [False] * len(pairs)


async def test_a_right_answer_is_right_whatever_stands_around_it(checker: Checker):
    assert await checker.right(r"So \boxed{0.5}.", "1/2")
    assert await checker.right(r"\boxed{4}? No: \boxed{\frac{1}{2}}", r"#### \boxed{0.5}")
    assert not await checker.right("It is 1/2.", "1/2")
    assert not await checker.right(r"\boxed{1}", "1/2")


async def test_what_cheap_comparison_decides_asks_no_process():
    pool = CheckingPool("math", 1, 1)
    checker = Checker(pool)

    assert await checker.same("1/2", ".5")
    assert not await checker.same("east", r"\sqrt{2}")
    assert not await checker.same("1", '{"a": 1}')
    assert pool._idle == []
