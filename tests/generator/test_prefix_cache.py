"""The prefix cache finds the longest known beginning, with the values that were stored for it."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from its_generator.backends.embedded.prefix_cache import PrefixCache

texts = st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=8), max_size=12)


def values_of(ids: list[int]) -> np.ndarray:
    """Values that tell the whole beginning up to each token, as keys and values do: [1, 1, tokens, 1]."""
    numbers = [hash(tuple(ids[: end + 1])) % 1_000_003 for end in range(len(ids))]
    return np.array(numbers, np.float32)[None, None, :, None]


def common(one: list[int], other: list[int]) -> int:
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


@given(texts, st.lists(st.integers(0, 2), max_size=8))
def test_the_longest_known_beginning_is_found_with_its_values(known, wanted):
    cache = PrefixCache(1 << 20)
    for ids in known:
        cache.add(ids, lambda start, ids=ids: values_of(ids)[:, :, start:].copy())

    length, parts = cache.find(wanted)

    assert length == max((common(ids, wanted) for ids in known), default=0)
    assert (
        np.concatenate([part.ravel() for part in parts] or [[]]).tolist()
        == values_of(wanted)[0, 0, :length, 0].tolist()
    )


@given(texts)
def test_what_begins_alike_is_stored_once(known):
    cache = PrefixCache(1 << 20)
    for ids in known:
        cache.add(ids, lambda start, ids=ids: values_of(ids)[:, :, start:].copy())

    assert cache.bytes == 4 * len({tuple(ids[: end + 1]) for ids in known for end in range(len(ids))})


@given(texts, st.integers(0, 60))
def test_no_more_bytes_are_kept_than_allowed(known, most):
    cache = PrefixCache(most)
    for ids in known:
        cache.add(ids, lambda start, ids=ids: values_of(ids)[:, :, start:].copy())

        assert cache.bytes <= most


def test_the_least_recently_used_is_forgotten_first():
    cache = PrefixCache(40)
    for ids in ([1] * 5, [2] * 5):
        cache.add(ids, lambda start, ids=ids: values_of(ids)[:, :, start:].copy())
    cache.find([1] * 5)

    cache.add([3] * 2, lambda start: values_of([3] * 2)[:, :, start:].copy())

    assert [cache.find(ids)[0] for ids in ([1] * 5, [2] * 5, [3] * 2)] == [5, 0, 2]
