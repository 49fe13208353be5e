"""What is scored: a prompt, and trajectories that answer it, whole or in part."""

from dataclasses import dataclass, field
from typing import Any

from its_runtime.fairness import ALONE, Flow

Message = dict[str, Any]
"""A chat message or tool as chat templates and OpenAI's protocol take it."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """A prompt as messages, rendered by the reward model's own chat template."""

    messages: tuple[Message, ...]
    tools: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class TextPrompt:
    """A prompt as plain text, taken as it is."""

    text: str


@dataclass(frozen=True, slots=True)
class TokenPrompt:
    """A prompt as token ids; its tokenizer is that of the trajectories."""

    ids: tuple[int, ...]


Prompt = Conversation | TextPrompt | TokenPrompt


@dataclass(frozen=True, slots=True)
class TextSteps:
    """The assistant's text so far, cut into steps that keep their delimiters."""

    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TokenSteps:
    """The assistant's tokens so far, cut into steps."""

    fingerprint: str
    """SHA-256 (hex) of the tokenizer that the ids belong to."""
    steps: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Trajectory:
    """One partial or complete answer."""

    content: TextSteps | TokenSteps
    complete: bool = False
    """Whether the answer has ended."""
    known: tuple[float, ...] = ()
    """Values of the first steps, scored earlier; only the steps after them are computed."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Trajectories of one prompt, to be scored together."""

    prompt: Prompt
    trajectories: tuple[Trajectory, ...]
    reference_answer: str = ""
    """A right answer, for scorers that compare with one."""
    deadline: float | None = None
    """When the caller stops waiting, in the event loop's time; what isn't scored by then fails alone."""
    flow: Flow = ALONE
    """What it belongs to, and for whom it is."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens that scoring cost."""

    prompt_tokens: int = 0
    """Tokens that the model read, cached ones included."""
    cached_tokens: int = 0
    """Those of them whose keys and values were there already."""
    completion_tokens: int = 0
    """Tokens that a judge wrote."""

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.cached_tokens + other.cached_tokens,
            self.completion_tokens + other.completion_tokens,
        )


@dataclass(frozen=True, slots=True)
class Scored:
    """A trajectory that has a score."""

    own: float | None
    """The model's own score of the whole trajectory; None where it has step values only."""
    step_values: tuple[float, ...] = ()
    """One value a step, those known before included; empty for outcome reward models."""
    rationale: str = ""
    usage: Usage = field(default_factory=Usage)


@dataclass(frozen=True, slots=True)
class Unscored:
    """A trajectory that has none, and why; told apart from a bad score."""

    code: int
    """A google.rpc.Code."""
    message: str
    """What went wrong and what to do about it."""
    usage: Usage = field(default_factory=Usage)


Verdict = Scored | Unscored
