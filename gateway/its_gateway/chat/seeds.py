"""Seeds of a request's choices: each of the `n` runs is as independent as if it had been asked for alone."""

import hashlib

BITS = 53
"""Seeds that survive a journey through the numbers of JavaScript."""


def derived(seed: int, number: int) -> int:
    """Return the seed of the choice of that number; the first one has the request's own, as it has with n = 1."""
    if number == 0:
        return seed % 2**64
    place = hashlib.blake2b(f"{seed % 2**64}/{number}".encode(), digest_size=8).digest()
    return int.from_bytes(place, "big") >> (64 - BITS)
