"""The commitment of one run: text of the answer that will not be taken back."""

from collections.abc import Sequence

from its_orchestrator.events import TextCommitted
from its_orchestrator.limits.recorder import Recorder
from its_orchestrator.tool_calls import settled_start


class Commitment:
    """Grows, and tells the recorder by what."""

    def __init__(self, recorder: Recorder, *, held: bool = False, may_call: bool = False) -> None:
        self.text = ""
        self.may_call = may_call
        """Whether calls of tools may follow, which are no text: nothing that could be one is committed yet."""
        self.held = held
        """Whether nothing is committed yet, since a whole answer may still turn out to be none."""
        self._recorder = recorder
        self._written = ""

    def add(self, text: str) -> None:
        """Commit `text` after what was committed before, unless it is held."""
        self._written += text
        self.to(self._written)

    def to(self, text: str) -> None:
        """Commit all of `text`, which begins with what was committed before or is shorter."""
        sure = settled_start(text) if self.may_call else text
        if len(sure) > len(self.text) and not self.held:
            new, self.text, self._written = sure[len(self.text) :], sure, text
            self._recorder.add(TextCommitted(new))


def common_start(texts: Sequence[str]) -> str:
    """Return the longest text that all of `texts` begin with; empty for none."""
    first, last = min(texts, default=""), max(texts, default="")
    differ = next((at for at, pair in enumerate(zip(first, last, strict=False)) if pair[0] != pair[1]), None)
    return first if differ is None else first[:differ]
