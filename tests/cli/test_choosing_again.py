"""What a smaller budget would have given: in every subset of the samples, what the algorithms' own rules choose."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from itertools import combinations
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from its_cli.evaluating import row
from its_cli.reporting.choosing import best, passed, voted, weighted
from its_cli.reporting.sample import Pool, Sample
from its_orchestrator.candidate import Candidate, StopReason
from its_orchestrator.choosing import ranking
from its_orchestrator.choosing.equivalence import MathEquivalence
from its_orchestrator.choosing.voting import Group, vote

RANGES = [(0.0, 1.0), (-1.0, 1.0), (float("-inf"), 0.0), (float("-inf"), float("inf"))]
Told = list[tuple[int | None, float | None, float | None, str]]
"""Final answer, score, confidence and stop reason of each sample."""


@st.composite
def drawn(draw: st.DrawFn) -> tuple[Told, int, tuple[float, float]]:
    """Return samples, how many of them are chosen from, and what scores may be."""
    low, high = draw(st.sampled_from(RANGES))
    quarters = st.integers(int(4 * max(low, -2)), int(4 * min(high, 2))).map(lambda number: number / 4)
    told = st.tuples(
        st.none() | st.integers(0, 3),
        st.none() | quarters,
        st.none() | st.integers(-3, 0).map(float),
        st.sampled_from(["eos", "eos", "length", "unspecified"]),
    )
    samples = draw(st.lists(told, min_size=1, max_size=7))
    return samples, draw(st.integers(1, len(samples))), (low, high)


def pool(told: Told, score_range: tuple[float, float]) -> Pool:
    """Return the samples as a report reads them; 0 is the right answer."""
    candidates = [
        row.Candidate(
            text=_text(final), score=score, confidence=confidence, stop_reason=reason, completion_tokens=1,
            right=final == 0, group=final,
        )
        for final, score, confidence, reason in told
    ]  # fmt: skip
    return Pool([Sample.of(one, place) for place, one in enumerate(candidates)], score_range)


def known(told: Told) -> list[Candidate]:
    """Return the samples as an algorithm has them."""
    return [
        Candidate(
            str(place), text=_text(final), score=score, logprobs=() if confidence is None else (confidence,),
            stop_reason=None if reason == "unspecified" else StopReason(reason),
        )
        for place, (final, score, confidence, reason) in enumerate(told)
    ]  # fmt: skip


def _text(final: int | None) -> str:
    return "none" if final is None else f"\\boxed{{{final}}}"


def over_subsets(told: Told, k: int, chance: Callable[[list[Candidate]], Coroutine[None, None, float]]) -> float:
    """Return the mean over all subsets of how likely what is chosen is right."""

    async def mean() -> float:
        return fmean([await chance(list(subset)) for subset in combinations(known(told), k)])

    return asyncio.run(mean())


class Lots:
    """Keeps all that draw lots, and lets the first one win."""

    def __init__(self) -> None:
        self.drawn: Sequence[tuple[Candidate, ...]] = ()

    def choice(self, groups: Sequence[Group]) -> Group:
        self.drawn = [group.members for group in groups]
        return groups[0]


def right(chosen: Candidate | None) -> bool:
    return chosen is not None and chosen.text == "\\boxed{0}"


@given(drawn())
def test_pass_at_k_is_the_share_of_subsets_with_a_right_sample(case: tuple[Told, int, tuple[float, float]]):
    told, k, scores = case

    async def chance(subset: list[Candidate]) -> float:
        return any(map(right, subset))

    assert passed(pool(told, scores), k) == pytest.approx(over_subsets(told, k, chance))


@given(drawn())
def test_the_best_of_k_is_what_best_of_n_chooses_in_every_subset(case: tuple[Told, int, tuple[float, float]]):
    told, k, scores = case

    async def chance(subset: list[Candidate]) -> float:
        return right(ranking.best(subset))

    assert best(pool(told, scores), k) == pytest.approx(over_subsets(told, k, chance))


@given(drawn())
def test_the_vote_of_k_is_self_consistencys_in_every_subset(case: tuple[Told, int, tuple[float, float]]):
    told, k, scores = case

    async def chance(subset: list[Candidate]) -> float:
        lots = Lots()
        await vote(subset, MathEquivalence(), rng=lots)  # pyright: ignore[reportArgumentType]
        return fmean(right(members[0]) for members in lots.drawn)

    assert voted(pool(told, scores), k) == pytest.approx(over_subsets(told, k, chance))


@given(drawn())
def test_the_weighted_vote_of_k_is_weighted_best_of_ns_in_every_subset(case: tuple[Told, int, tuple[float, float]]):
    told, k, scores = case

    async def chance(subset: list[Candidate]) -> float:
        worths = ranking.worth([one.score for one in subset], *scores)
        weights = {one.id: value for one, value in zip(subset, worths, strict=True)}
        return right((await vote(subset, MathEquivalence(), weights, ranking.standing)).chosen)

    assert weighted(pool(told, scores), k) == pytest.approx(over_subsets(told, k, chance))


def test_where_subsets_are_many_the_same_random_ones_come_close_every_time():
    samples = pool([(int(place >= 24), None, None, "eos") for place in range(40)], (0.0, 1.0))

    assert voted(samples, 9) == voted(samples, 9) == pytest.approx(0.76, abs=0.06)
