"""Memory that is freed serves the next allocation."""

import resource

import pytest

from its_models.allocation import keep_freed_memory

ROUNDS, BYTES = 8, 40 << 20


def test_memory_of_the_size_of_a_cache_is_taken_again_without_asking_the_kernel() -> None:
    if not keep_freed_memory():
        pytest.skip("another C library than glibc")
    _use()

    before = _faults()
    for _ in range(ROUNDS):
        _use()

    assert _faults() - before < BYTES // resource.getpagesize()


def _use() -> None:
    _ = b"x" * BYTES


def _faults() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt
