"""Masking: no secret is told to anybody, neither by what others say of it nor by the address it goes to."""

from collections.abc import Iterable
from urllib.parse import urlsplit

MASK = "[secret]"
SHORTEST = 8
"""Characters of a secret; a shorter one would be found in any text."""


def masked(text: str, secrets: Iterable[str]) -> str:
    """Return what somebody else said without the secrets that it was sent; an error page may repeat them."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= SHORTEST:
            text = text.replace(secret, MASK)
    return text


def bare(address: str) -> str:
    """Return an address without a user or a password in it. Raises ValueError for another one.

    Errors and logs name addresses; what opens them doesn't belong there.
    """
    if "@" in urlsplit(address).netloc:
        raise ValueError("leave user and password out of the address, which errors and logs name; give a key instead")
    return address
