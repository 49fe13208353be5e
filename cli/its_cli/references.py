"""References inside an its.yaml: names that one section gives and another must know."""

from collections.abc import Iterator

from its_cli.configuration import Configuration

Where = tuple[int | str, ...]
Finding = tuple[Where, str]
"""Where it stands, and what is wrong."""


def dangling(configuration: Configuration) -> Iterator[Finding]:
    """Yield every name that refers to nothing, and every set of parameters that its algorithm refuses."""
    yield from ()
