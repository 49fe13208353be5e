"""The commitment of one run: text of the answer that will not be taken back."""

from collections.abc import Sequence

from its_orchestrator.candidate import Candidate, Token
from its_orchestrator.events import TextCommitted
from its_orchestrator.limits.recorder import Recorder
from its_orchestrator.limits.spelling import Spelled, beginning, shared
from its_orchestrator.tool_calls import settled_start


class Commitment:
    """Grows, and tells the recorder by what."""

    def __init__(
        self, recorder: Recorder, *, held: bool = False, may_call: bool = False, top: int | None = None
    ) -> None:
        self.text = ""
        self.may_call = may_call
        """Whether calls of tools may follow, which are no text: nothing that could be one is committed yet."""
        self.held = held
        """Whether nothing is committed yet, since a whole answer may still turn out to be none."""
        self._top = top
        """Alternatives to each token; None where text comes without its tokens. With them, only what whole ones spell
        is committed before the end."""
        self._recorder = recorder
        self._written = ""
        self._tokens: list[Token] = []
        self._told = 0

    def add(self, text: str, tokens: Sequence[Token] = ()) -> None:
        """Commit `text`, which `tokens` make, after what was committed before, unless it is held."""
        self._written += text
        self._tokens += tokens
        self._to(self._written, self._tokens)

    def to(self, survivors: Sequence[Candidate]) -> None:
        """Commit what all `survivors` begin with, which begins with what was committed before or is shorter."""
        tokens = () if self._top is None else shared([one.told for one in survivors])
        self._to(common_start([one.text for one in survivors]), tokens)

    def end(self, text: str, tokens: Sequence[Token]) -> None:
        """Commit all of `text`, the answer, which `tokens` make."""
        if len(text) > len(self.text):
            self._commit(text[len(self.text) :], tokens[self._told :])

    def _to(self, text: str, tokens: Sequence[Token]) -> None:
        sure = settled_start(text) if self.may_call else text
        new = sure[len(self.text) :]
        if not new or self.held:
            return
        whole = Spelled(new) if self._top is None else beginning(new, tokens[self._told :])
        if whole.text:
            self._commit(whole.text, whole.tokens)

    def _commit(self, new: str, tokens: Sequence[Token]) -> None:
        self.text += new
        self._told += len(tokens)
        self._recorder.add(TextCommitted(new, tuple(token.among(self._top or 0) for token in tokens)))


def common_start(texts: Sequence[str]) -> str:
    """Return the longest text that all of `texts` begin with; empty for none."""
    first, last = min(texts, default=""), max(texts, default="")
    differ = next((at for at, pair in enumerate(zip(first, last, strict=False)) if pair[0] != pair[1]), None)
    return first if differ is None else first[:differ]
