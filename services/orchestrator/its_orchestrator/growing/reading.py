"""Reading one call of a generator: its messages become growths, ends, and an entry in the account."""

from collections.abc import AsyncGenerator, Callable, Sequence

from its_orchestrator.candidate import StopReason, Token
from its_orchestrator.engines import Batch, End, GenerationCall, Started, Usage
from its_orchestrator.growing.growth import Growth
from its_orchestrator.limits.account import Account
from its_runtime.errors import ItsError, Unavailable
from its_runtime.value import value

OnText = Callable[[str, Sequence[Token]], None]
"""Takes text as it comes, and its tokens where these are reported."""


@value
class Ended:
    """How one growth's part of a call ended."""

    growth: Growth
    how: End | ItsError


class Reading:
    """Reads a call to its end, or leaves it and still learns what it used."""

    def __init__(
        self,
        call: GenerationCall,
        growths: Sequence[Growth],
        account: Account,
        on_text: OnText | None = None,
    ) -> None:
        """Read `call`, whose i-th sequence is the i-th of `growths`."""
        self.started: Started | None = None
        self.settled = False
        """Whether the account knows what the call used."""
        self._call = call
        self._growths = growths
        self._account = account
        self._on_text = on_text
        self._ended_tokens = 0
        self._usage: Usage | None = None
        self._doubted = False
        self._doubtful = any(growth.doubt for growth in growths)

    async def ends(self, stopped: Callable[[], bool]) -> AsyncGenerator[Ended]:
        """Yield each growth's end. Raises what the call raises, and Unavailable when it forgets a sequence."""
        try:
            async for batch in self._call:
                self._take(batch)
                for end in batch.ends:
                    yield Ended(self._growths[end.sequence], end)
                if self._doubtful:
                    await self._give_up()
        except ItsError:
            self._settle()
            raise
        self._settle()
        forgotten = self.unended()
        if forgotten and not self._doubted and not stopped():
            raise Unavailable(f"generator: its stream ended without a word about {len(forgotten)} sequences")
        for growth in forgotten:
            yield Ended(growth, End(0, StopReason.CANCELLED, growth.received))

    def unended(self) -> list[Growth]:
        """Return the growths whose end hasn't come."""
        return [growth for growth in self._growths if not growth.ended]

    async def leave(self) -> None:
        """Stop the call, learn what it used until now, and let go of it."""
        try:
            await self._call.stop()
            async for batch in self._call:
                self._take(batch)
        except ItsError as error:
            self._account.fail(error)
        finally:
            self.cancel()

    def cancel(self) -> None:
        """Let go of the call at once."""
        self._call.cancel()
        self._settle()

    async def _give_up(self) -> None:
        """Stop the call when what it brought is doubted."""
        if not self._doubted and any(growth.doubted for growth in self._growths):
            self._doubted = True
            await self._call.stop()

    def _take(self, batch: Batch) -> None:
        self.started = batch.started or self.started
        self._usage = batch.usage or self._usage
        for delta in batch.deltas:
            self._growths[delta.sequence].add(delta)
            if self._on_text:
                self._on_text(delta.text, delta.told)
        for end in batch.ends:
            self._growths[end.sequence].ended = True
            self._ended_tokens += 0 if end.reason is StopReason.CANCELLED else end.tokens

    def _settle(self) -> None:
        """Enter the usage into the account; a call that broke off used at least what arrived."""
        if not self.settled:
            self.settled = True
            arrived = self._ended_tokens + sum(growth.received for growth in self.unended())
            self._account.generated(self._usage or Usage(completion_tokens=arrived), self._ended_tokens)
