"""What a smaller budget would have given: every rule equals counting over all subsets of the samples."""

from collections.abc import Sequence
from itertools import combinations
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from its_cli.reporting.choosing import best, passed, voted, weighted
from its_cli.reporting.results import Sample


@st.composite
def drawn(draw: st.DrawFn) -> tuple[list[Sample], int]:
    """Return samples whose groups are right or wrong as a whole, and how many of them are chosen from."""
    size = draw(st.integers(1, 8))
    groups = [draw(st.none() | st.integers(0, 3)) for _ in range(size)]
    scores = [draw(st.integers(0, 4)) / 4 for _ in range(size)]
    samples = [Sample(group == 0, group, score) for group, score in zip(groups, scores, strict=True)]
    return samples, draw(st.integers(1, size))


def over_subsets(samples: Sequence[Sample], k: int, worth: dict[int, float]) -> float:
    """Return the mean over all subsets of how likely a winner is right, by the sum of its members' worths."""
    chances: list[float] = []
    for subset in combinations(range(len(samples)), k):
        sums: dict[int, float] = {}
        for place in subset:
            if (group := samples[place].group) is not None:
                sums[group] = sums.get(group, 0.0) + worth[place]
        winners = [group for group, total in sums.items() if total == max(sums.values())]
        chances.append(fmean(group == 0 for group in winners) if winners else 0.0)
    return fmean(chances)


@given(drawn())
def test_pass_at_k_is_the_share_of_subsets_with_a_right_sample(case: tuple[list[Sample], int]):
    samples, k = case

    counted = fmean(any(one.right for one in subset) for subset in combinations(samples, k))
    assert passed(samples, k) == pytest.approx(counted)


@given(drawn())
def test_the_best_of_k_is_the_mean_over_subsets_with_lots_for_equals(case: tuple[list[Sample], int]):
    samples, k = case

    chances: list[float] = []
    for subset in combinations(samples, k):
        top = max(one.score or 0.0 for one in subset)
        chances.append(fmean(one.right for one in subset if one.score == top))
    assert best(samples, k) == pytest.approx(fmean(chances))


@given(drawn())
def test_the_vote_of_k_is_the_mean_over_subsets_with_lots_for_equals(case: tuple[list[Sample], int]):
    samples, k = case

    assert voted(samples, k) == pytest.approx(over_subsets(samples, k, dict.fromkeys(range(len(samples)), 1.0)))


@given(drawn())
def test_the_weighted_vote_of_k_is_the_mean_over_subsets(case: tuple[list[Sample], int]):
    samples, k = case
    worth = {place: one.score or 0.0 for place, one in enumerate(samples)}

    assert weighted(samples, k) == pytest.approx(over_subsets(samples, k, worth))


def test_scores_below_zero_vote_as_logarithms():
    samples = [Sample(right=True, group=0, score=-0.1), *[Sample(right=False, group=1, score=-9.0)] * 3]

    assert voted(samples, 4) == 0
    assert weighted(samples, 4) == 1


def test_where_subsets_are_many_the_same_random_ones_come_close_every_time():
    samples = [Sample(right=place < 24, group=int(place >= 24), score=None) for place in range(40)]

    assert voted(samples, 9) == voted(samples, 9) == pytest.approx(0.76, abs=0.06)
