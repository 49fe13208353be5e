"""Steps: where a sequence's text is cut, and where it ends; the same for every engine."""

from dataclasses import dataclass

from its_generator.tick import StopReason


@dataclass(frozen=True, slots=True)
class StepPolicy:
    """Where steps end. Without delimiters, token count and token ids the whole sequence is one step."""

    delimiters: tuple[str, ...] = ()
    """A step ends with the token that completes one of these; they belong to the step they end."""
    every_n_tokens: int = 0
    """A step ends with its so-manieth token, if nothing else ended it before; 0 for no such end."""
    max_steps: int = 0
    """End the sequence, STEP, after so many complete steps; 0 runs on."""
    max_tokens_per_step: int = 0
    """End the sequence, LENGTH, when a step of so many tokens is still incomplete; 0 for no limit."""
    token_ids: frozenset[int] = frozenset()
    """A step ends with one of these, too."""


class StepWatcher:
    """Follows one sequence token by token and says where its steps end and why it ends.

    Steps end between tokens, since the prefix of the next call is made of tokens. Stop texts are found wherever they
    lie, over the ends of tokens and steps; a delimiter is not looked for over the end of a step.
    """

    def __init__(
        self, policy: StepPolicy, stop: tuple[str, ...] = (), min_tokens: int = 0, max_tokens: int | None = None
    ) -> None:
        self.reason: StopReason | None = None
        self.stop_text = ""
        self.tokens = 0
        self.steps = 0
        self._policy = policy
        self._stop = stop
        self._min_tokens = min_tokens
        self._max_tokens = max_tokens
        self.step_tokens = 0
        """Those of the step that is not complete yet."""
        self._step_text = ""
        self._held = ""
        self._reach = max(map(len, policy.delimiters), default=1) - 1

    def see(self, text: str, ends: StopReason | None = None, token: int | None = None) -> bool:
        """Take in the text of one more token; return whether it completes a step.

        `ends` is the reason when the token itself ends the sequence; `token` is its id, where the engine tells ids.
        Nothing may follow once `reason` is set.
        """
        self.tokens += 1
        self.step_tokens += 1
        self._held += text
        if ends is not None:
            self.reason = ends
        elif self._stop and self.tokens >= self._min_tokens and self._stops(len(text)):
            self.reason = StopReason.STOP
        else:
            return self._steps(text, token)
        return False

    def append(self, text: str) -> None:
        """Add text that belongs to tokens seen before, such as what is left of an unfinished character."""
        self._held += text

    def text(self) -> str:
        """Return the text since the last time; what may be the beginning of a stop text waits while it may."""
        cut = len(self._held) - (self._beginning() if self.reason is None else 0)
        certain, self._held = self._held[:cut], self._held[cut:]
        return certain

    def _steps(self, text: str, token: int | None) -> bool:
        complete = self._completes(text) or token in self._policy.token_ids
        if complete:
            self.steps += 1
            self.step_tokens, self._step_text = 0, ""
            if self.steps == self._policy.max_steps:
                self.reason = StopReason.STEP
        if self.reason is None and self._is_full():
            self.reason = StopReason.LENGTH
        return complete

    def _completes(self, text: str) -> bool:
        if self.step_tokens == self._policy.every_n_tokens:
            return True
        if not self._policy.delimiters:
            return False
        seen = self._step_text + text
        self._step_text = seen[max(0, len(seen) - self._reach) :]
        return any(delimiter in seen for delimiter in self._policy.delimiters)

    def _is_full(self) -> bool:
        return self.tokens == self._max_tokens or 0 < self._policy.max_tokens_per_step <= self.step_tokens

    def _stops(self, new: int) -> bool:
        """Cut the held text before the stop text that ends first in the last `new` characters, if there is one."""
        found: list[tuple[int, int]] = []
        for stop in self._stop:
            start = self._held.find(stop, max(0, len(self._held) - new - len(stop) + 1))
            if start >= 0:
                found.append((start + len(stop), start))
        if found:
            end, start = min(found)
            self.stop_text, self._held = self._held[start:end], self._held[:start]
        return bool(found)

    def _beginning(self) -> int:
        """Return how many of the last characters may be the beginning of a stop text."""
        longest = max(map(len, self._stop), default=1) - 1
        for size in range(min(longest, len(self._held)), 0, -1):
            if any(len(stop) > size and stop.startswith(self._held[-size:]) for stop in self._stop):
                return size
        return 0
