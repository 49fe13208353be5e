"""The lobby: connections that are open and ask for nothing; where room is needed, who waits longest has to go."""

from asyncio import Transport


class Lobby:
    """Shared by all connections of a server."""

    def __init__(self, most: int) -> None:
        """Let there be `most` connections, those that are being answered included."""
        self._most = most
        self._waiting: dict[Transport, None] = {}

    def enter(self, connection: Transport) -> None:
        """Let a connection wait for a request."""
        self._waiting[connection] = None

    def leave(self, connection: Transport) -> None:
        """Let a connection wait no more: it asks, or is gone."""
        self._waiting.pop(connection, None)

    def make_room(self, connections: int) -> None:
        """Close as many of those that wait as there are too many of these `connections`, if there are so many."""
        for oldest in [*self._waiting][: max(0, connections - self._most)]:
            self.leave(oldest)
            oldest.close()
