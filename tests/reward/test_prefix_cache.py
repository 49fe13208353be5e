"""The prefix cache: finds exactly what was put, within its memory."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from its_reward.engines.embedded.prefix_cache import PrefixCache


def segment(tokens: int, fill: float = 0.0) -> np.ndarray:
    return np.full((4, 2, tokens, 8), fill, np.float32)


ONE_TOKEN = segment(1).nbytes


def test_a_prefix_is_found_up_to_the_first_gap():
    cache = PrefixCache(1 << 20)
    cache.put((1, 2), segment(2, 1.0))
    cache.put((1, 2, 3, 4, 5), segment(2, 3.0))

    found = cache.find((1, 2, 3, 4, 5, 6), (2, 3, 5))
    assert [float(piece.max()) for piece in found] == [1.0]


def test_forks_share_what_they_have_in_common_and_nothing_else():
    cache = PrefixCache(1 << 20)
    cache.put((1, 2), segment(2))
    cache.put((1, 2, 3), segment(1))

    assert len(cache.find((1, 2, 3, 9), (2, 3))) == 2
    assert len(cache.find((1, 2, 4, 9), (2, 3))) == 1
    assert cache.find((2, 2, 3), (2, 3)) == []


def test_what_was_used_last_stays():
    cache = PrefixCache(2 * ONE_TOKEN)
    cache.put((1,), segment(1))
    cache.put((2,), segment(1))
    cache.find((1, 5), (1,))
    cache.put((3,), segment(1))

    assert [(prefix in cache) for prefix in ((1,), (2,), (3,))] == [True, False, True]


@given(st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=5).map(tuple)), st.integers(0, 8))
def test_memory_stays_within_its_bound(prefixes, room):
    cache = PrefixCache(room * ONE_TOKEN)
    for prefix in prefixes:
        cache.put(prefix, segment(len(prefix)))

        assert sum(len(kept) for kept in {p for p in prefixes if p in cache}) <= room


async def test_scores_are_the_same_without_any_cache(serve, asking, steps):
    settings = {"scorer": "likelihood", "folder": "its-tiny-reward"}
    async with serve(without={**settings, "cache_bytes": 0}, small={**settings, "max_batch_tokens": 64}) as reward:
        request = asking(*[steps[:count] for count in (1, 2, 3)], complete=False)
        for trajectory in request.trajectories[1:]:
            trajectory.known_step_values.append(0.5)
        request.model = "without"
        without = (await reward.Score(request)).scores
        request.model = "small"
        small = (await reward.Score(request)).scores

    for one, other in zip(without, small, strict=True):
        np.testing.assert_allclose(one.step_values, other.step_values, atol=1e-5)
