"""Thinking: what a model writes between two tokens, at a temperature and within bounds of its own.

Its length is forced as in Muennighoff et al. 2025, "s1: Simple test-time scaling", section 3.1, except that the end of
thoughts is held off rather than replaced. https://arxiv.org/abs/2501.19393
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from its_generator.sampling import Sampling
from its_generator.steps import StepPolicy


@dataclass(frozen=True, slots=True)
class Written:
    """How far a sequence has come, in tokens."""

    thought: int | None
    """Those of its thoughts; None outside of them."""
    tokens: int
    step_tokens: int
    """Those of the step that is not complete yet."""


@dataclass(frozen=True, slots=True)
class Thinking:
    """How a model thinks; fields as in `its.chat.v1.Thinking`, the texts as the tokens that they are."""

    open: int
    close: int
    temperature: float | None = None
    min_tokens: int = 0
    max_tokens: int = 0

    def after(self, thought: int | None, token: int) -> int | None:
        """Return how many tokens were thought once `token` is written; None outside of thoughts."""
        if thought is None:
            return 0 if token == self.open else None
        return None if token == self.close else thought + 1

    def before(self, token_ids: Sequence[int], prompt: int) -> int | None:
        """Return how many tokens were thought where `token_ids` end, of which the first `prompt` are the prompt's.

        A prompt opens thoughts only by its last words, as chat templates do: what a user writes is no thought.
        """
        thought: int | None = None
        for token in token_ids[max(0, prompt - OPENING) :]:
            thought = self.after(thought, token)
        return thought

    def phase(self, asked: Sampling, steps: StepPolicy, written: Written) -> tuple[Sampling, StepPolicy]:
        """Return how a sequence goes on, up to where that has to change, when `asked` and `steps` are for all of it."""
        thought, step_tokens = written.thought, written.step_tokens
        sampling = _left(asked, written.tokens)
        if thought is None:
            return sampling, _until(steps, self.open, step_tokens, 0)
        if 0 < self.max_tokens <= thought:
            return _forced(self.close), _until(steps, self.close, step_tokens, 1)
        if self.temperature is not None:
            sampling = replace(sampling, temperature=self.temperature)
        missing = self.min_tokens - thought
        if missing > 0:
            bias = {**sampling.logit_bias, self.close: -FORCE}
            sampling = replace(sampling, logit_bias=bias, min_tokens=max(missing, sampling.min_tokens))
            return sampling, _until(steps, self.close, step_tokens, missing)
        return sampling, _until(steps, self.close, step_tokens, max(0, self.max_tokens - thought))


def _left(sampling: Sampling, tokens: int) -> Sampling:
    """Return how the rest is drawn; stop texts are looked for over the ends of phases, by who puts them together."""
    most = sampling.max_tokens
    return replace(
        sampling,
        max_tokens=None if most is None else most - tokens,
        min_tokens=max(0, sampling.min_tokens - tokens),
        stop=(),
    )


def _forced(token: int) -> Sampling:
    return Sampling(temperature=0, logit_bias={token: FORCE}, max_tokens=1, min_tokens=1)


def _until(policy: StepPolicy, token: int, step_tokens: int, most: int) -> StepPolicy:
    """Return the policy that ends after `token`, after `most` tokens (0: no limit), or where a last step ends."""
    last = policy.max_steps == 1
    limits = [most, policy.max_tokens_per_step - step_tokens, (policy.every_n_tokens - step_tokens) if last else 0]
    return StepPolicy(
        delimiters=policy.delimiters if last else (),
        every_n_tokens=min((one for one in limits if one > 0), default=0),
        max_steps=1,
        token_ids=policy.token_ids | {token} if last else frozenset({token}),
    )


OPENING = 2
"""The last tokens of a prompt that may open thoughts: the token itself, and a line's end behind it."""

FORCE = 100.0
"""Bias that makes a token certain, or keeps it away: the contract's largest."""
