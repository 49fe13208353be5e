"""A place in a cumulative distribution is found as by looking through it, however it is summed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from its_generator.backends.embedded.quantiles import BLOCK, FEW, Quantiles

SIZES = st.sampled_from([1, 2, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK, 200])


@st.composite
def distributions(draw):
    """Shares of some rows, most of which may be nothing, and places."""
    rows, size = draw(st.integers(1, 2 * FEW)), draw(SIZES)
    random = np.random.default_rng(draw(st.integers(0, 1000)))
    shares = random.exponential(size=(rows, size)) ** 4
    shares[random.random((rows, size)) < draw(st.sampled_from([0, 0.5, 0.99]))] = 0
    shares[np.arange(rows), random.integers(size, size=rows)] = 0.5
    places = draw(arrays.arrays(np.float64, rows, elements=st.floats(0, 1, exclude_max=True)))
    return shares.astype(np.float32), places


@given(distributions())
def test_it_is_the_first_share_up_to_which_more_lies_than_asked(found):
    shares, places = found
    drawn = Quantiles(*shares.shape).of(shares, places)

    sums = np.cumsum(shares, axis=1, dtype=np.float64)
    for row, (index, place) in enumerate(zip(drawn, places, strict=True)):
        total = sums[row, -1]
        assert shares[row, index] > 0
        assert sums[row, index] >= place * total * (1 - 1e-12)
        assert index == 0 or sums[row, index - 1] <= place * total * (1 + 1e-12)


@given(distributions())
def test_a_row_is_drawn_from_alike_whatever_stands_beside_it(found):
    shares, places = found
    together = Quantiles(*shares.shape).of(shares, places)

    for row in range(len(shares)):
        many = np.repeat(shares[row : row + 1], FEW + 3, axis=0)
        alone = Quantiles(*many.shape).of(many, np.repeat(places[row], len(many)))
        assert len(shares) <= FEW or set(alone) == {together[row]}


@pytest.mark.parametrize("rows", [1, FEW + 1])
def test_the_largest_place_there_is_has_a_share(rows):
    shares = np.zeros((rows, 3 * BLOCK), np.float32)
    shares[:, BLOCK + 5] = 1e-30

    drawn = Quantiles(*shares.shape).of(shares, np.full(rows, np.nextafter(1, 0)))

    assert drawn.tolist() == [BLOCK + 5] * rows
