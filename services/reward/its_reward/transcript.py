"""Transcripts: a prompt and a trajectory as the token ids that the reward model reads, step by step."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from its_models.chat_template import ChatTemplate, TemplateRefused
from its_models.tokenizer import Tokenizer
from its_reward.engine import Passage
from its_reward.trajectory import Conversation, Prompt, TextPrompt, TextSteps, TokenPrompt, TokenSteps, Trajectory
from its_runtime.errors import InvalidRequest
from its_runtime.fairness import ALONE, Flow


@dataclass(frozen=True, slots=True)
class PromptIds:
    """A prompt as token ids."""

    ids: tuple[int, ...]
    foreign: bool
    """Whether the caller tokenised it, with the trajectories' tokenizer."""


class Transcriber:
    """Writes prompts and trajectories in a reward model's own tokens.

    Each step of text is encoded alone: its tokens are exactly those of its characters, and they stay the same
    whatever step comes after it, so that scoring step by step equals scoring at once.
    """

    def __init__(self, tokenizer: Tokenizer, template: ChatTemplate, max_context: int, cue: str = "") -> None:
        self.tokenizer = tokenizer
        self._template = template
        self.max_context = max_context
        self._cue = tuple(tokenizer.encode(cue))

    @classmethod
    def open(cls, folder: Path, max_context: int, cue: str = "") -> "Transcriber":
        """Load the tokenizer and chat template of `folder`; `cue` is written behind each step."""
        return cls(Tokenizer.open(folder), ChatTemplate.open(folder), max_context, cue)

    def prompt(self, prompt: Prompt) -> PromptIds:
        """Return the ids of a prompt, up to where the assistant begins.

        Raises:
            InvalidRequest: if the chat template refuses it, or it has no token.
        """
        match prompt:
            case Conversation(messages, tools):
                ids = self._checked(self.tokenizer.encode(self._render(messages, tools)), "conversation")
            case TextPrompt(text):
                ids = self._checked(self.tokenizer.encode(text), "text")
            case _:
                ids = self._checked(prompt.ids, "token_ids")
        if not ids:
            raise InvalidRequest("the prompt has no token; say at least what was asked")
        return PromptIds(ids, foreign=isinstance(prompt, TokenPrompt))

    def passage(self, prompt: PromptIds, trajectory: Trajectory, flow: Flow = ALONE) -> Passage:
        """Return what is to be read of one trajectory behind the ids of its prompt, for a flow.

        Raises:
            InvalidRequest: if the tokens are another tokenizer's, or too many, or the known values are.
        """
        steps = self._steps(trajectory.content, foreign_prompt=prompt.foreign)
        if not steps or len(trajectory.known) > len(steps):
            raise InvalidRequest(f"{len(trajectory.known)} known values for {len(steps)} steps: give at least one step")
        cuts = tuple(accumulate(map(len, steps), initial=len(prompt.ids)))
        if cuts[-1] > self.max_context:
            raise InvalidRequest(f"prompt and trajectory have {cuts[-1]} tokens; at most {self.max_context} fit")
        ids = prompt.ids + tuple(token for step in steps for token in step)
        return Passage(ids, cuts, first=cuts[len(trajectory.known)], keep=not trajectory.complete, flow=flow)

    def _steps(self, content: TextSteps | TokenSteps, *, foreign_prompt: bool) -> list[tuple[int, ...]]:
        if isinstance(content, TokenSteps):
            self._same_tokenizer(content.fingerprint)
            return [self._checked(step, "tokens") + self._cue for step in content.steps]
        if foreign_prompt:
            raise InvalidRequest("the prompt is token ids but a trajectory is text; send both as one or the other")
        return [tuple(self.tokenizer.encode(step)) + self._cue for step in content.steps]

    def _render(self, messages: Sequence[dict[str, object]], tools: Sequence[dict[str, object]]) -> str:
        try:
            return self._template.render(messages, tools)
        except TemplateRefused as refused:
            message = f"the reward model's chat template refuses it: {refused}"
            raise InvalidRequest.field("conversation", message) from refused

    def _same_tokenizer(self, fingerprint: str) -> None:
        if fingerprint != self.tokenizer.fingerprint:
            raise InvalidRequest(
                f"the tokens are of tokenizer {fingerprint!r}, the reward model's is "
                f"{self.tokenizer.fingerprint!r}; send the steps as text"
            )

    def _checked(self, ids: Sequence[int], field: str) -> tuple[int, ...]:
        if (largest := max(ids, default=0)) >= self.tokenizer.vocabulary_size:
            size = self.tokenizer.vocabulary_size
            raise InvalidRequest.field(field, f"token id {largest} is outside the vocabulary of {size}")
        return tuple(ids)
