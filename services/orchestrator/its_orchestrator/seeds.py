"""Seeds: every random stream of a run is derived from its seed and the stream's place in the search."""

import hashlib
import random
import secrets

BITS = 53
"""Seeds that we draw survive a journey through JSON numbers."""


def draw() -> int:
    """Return a fresh seed, for a request that names none."""
    return secrets.randbits(BITS)


def derive(seed: int, *path: str | int) -> int:
    """Return the seed of the stream at `path`, 0 to 2^63 - 1: a hash, so that neighbours share nothing."""
    place = "/".join(map(str, (seed, *path)))
    return int.from_bytes(hashlib.blake2b(place.encode(), digest_size=8).digest(), "big") >> 1


def stream(seed: int, *path: str | int) -> random.Random:
    """Return the random numbers of the stream at `path`."""
    return random.Random(derive(seed, *path))  # noqa: S311  (a search, not a secret)
