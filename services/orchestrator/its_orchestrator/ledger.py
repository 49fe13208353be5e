"""The ledger: what a run cost, as an immutable sum of what the engines reported."""

from dataclasses import fields, replace
from operator import add, attrgetter

from its_runtime.value import value


@value
class Ledger:
    """Counts of one call or of many; `+` adds them. `answer + discarded + aborted = completion`, always."""

    samples: int = 0
    """Samples, particles or beams that were started."""
    prompt_tokens: int = 0
    cached_prompt_tokens: int = 0
    completion_tokens: int = 0
    answer_tokens: int = 0
    """Completion tokens of the answer."""
    discarded_tokens: int = 0
    """Completion tokens of candidates and branches that were not chosen."""
    aborted_tokens: int = 0
    """Completion tokens of sequences that were stopped before their end."""
    reward_tokens: int = 0
    cached_reward_tokens: int = 0
    judge_tokens: int = 0
    """Tokens that judges wrote: reward models, and generators that judge, whose are completion tokens, too."""
    generator_calls: int = 0
    reward_calls: int = 0
    seconds: float = 0.0
    generator_seconds: float = 0.0
    """Wall seconds with a call of the generator open; those with several count once."""
    reward_seconds: float = 0.0
    """The same of the reward service; both may be open at once."""

    @property
    def used(self) -> dict[str, int]:
        """The tokens that were used, by kind: known of every run, however it ended."""
        return {kind: getattr(self, kind) for kind in _USED}

    def __add__(self, other: "Ledger") -> "Ledger":
        return Ledger(*map(add, _counts(self), _counts(other)))

    def settled(self, answer_tokens: int, cut_tokens: int, seconds: float) -> "Ledger":
        """Return it with the completion tokens divided, once the answer is known.

        `aborted_tokens` holds all tokens of stopped sequences until then; `cut_tokens` of them are the answer's.
        """
        aborted = self.aborted_tokens - cut_tokens
        discarded = self.completion_tokens - answer_tokens - aborted
        return replace(
            self,
            answer_tokens=answer_tokens,
            aborted_tokens=aborted,
            discarded_tokens=discarded,
            seconds=seconds,
        )


_USED = (
    "prompt_tokens",
    "cached_prompt_tokens",
    "completion_tokens",
    "aborted_tokens",
    "reward_tokens",
    "judge_tokens",
)
_counts = attrgetter(*(field.name for field in fields(Ledger)))
