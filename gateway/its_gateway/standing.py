"""Where a key stands: what it has left, as the orchestrator says when it lets a request in or refuses it."""

from collections.abc import Iterable

_NAMES = "x-ratelimit-"
"""How the orchestrator's metadata, and OpenAI's headers, that say what is left begin."""


class Standing:
    """Belongs to one request."""

    def __init__(self, *, known: bool) -> None:
        """`known` says whether there is nothing to hear: no limit, so that the orchestrator decides nothing."""
        self.known = known
        """Whether the orchestrator has decided."""
        self.headers: list[tuple[bytes, bytes]] = []
        """What is left, as OpenAI's clients read it."""

    def hear(self, metadata: Iterable[tuple[str, str | bytes]]) -> None:
        """Take what a call says before anything else; of several calls of a request, the last one counts."""
        self.known = True
        told = [(name, str(value)) for name, value in metadata if name.startswith(_NAMES)]
        self.headers = [(name.encode(), value.encode()) for name, value in told]
