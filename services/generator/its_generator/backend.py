"""What the generator needs of a language model and the engine behind it."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from its_generator.sampling import Sampling
from its_generator.steps import StepPolicy
from its_generator.thinking import Thinking
from its_generator.tick import Tick
from its_runtime.fairness import ALONE, Flow

Form = Literal["json_schema", "json_object", "regex", "grammar"]


@dataclass(frozen=True, slots=True)
class Conversation:
    """Messages and tools in OpenAI's form, as chat templates and OpenAI-compatible servers take them."""

    messages: Sequence[Mapping[str, Any]]
    tools: Sequence[Mapping[str, Any]] = ()
    tool_choice: str | Mapping[str, Any] | None = None
    """None, "auto", "none", "required" or a named function."""

    def for_template(self) -> list[dict[str, Any]]:
        """Return the messages as chat templates know them: no developers, arguments of tool calls as objects."""
        return [_for_template(message) for message in self.messages]


Prompt = Conversation | str | tuple[int, ...]
"""A conversation, plain text, or token ids."""


@dataclass(frozen=True, slots=True)
class StructuredOutput:
    """A form that each completion must have."""

    form: Form
    definition: str
    """The JSON schema, regular expression or grammar; empty for `json_object`."""


@dataclass(frozen=True, slots=True)
class Branch:
    """One place to continue from."""

    token_ids: tuple[int, ...]
    """Prompt and prefix together; empty where the backend takes no token ids."""
    prefix: str | tuple[int, ...]
    """The prefix alone, as it was given."""
    streams: tuple[int, ...]
    """One 64-bit seed a sequence; what a sequence draws depends on its own and on the place in it, on nothing else."""
    thought: int | None = None
    """Tokens of thoughts that are not closed here; None outside of thoughts, and where nobody counts them."""


@dataclass(frozen=True, slots=True)
class Job:
    """All sequences of one call. It was checked against the backend's capabilities before it gets here."""

    request_id: str
    prompt: Prompt
    branches: tuple[Branch, ...]
    """Sequences are numbered through them, those of the first branch first."""
    sampling: Sampling
    steps: StepPolicy
    logprobs: int | None = None
    """How many alternatives to report beside each token's log-probability; None reports none at all."""
    texts: bool = False
    """Whether to report the bytes of each token and alternative, too."""
    structured_output: StructuredOutput | None = None
    thinking: Thinking | None = None
    """Bounds on thoughts; backends know nothing of them, their jobs are phases: its_generator.thoughts."""
    flush_every: int = 0
    """Report at least after so many tokens of a sequence; 0: where a step or a sequence ends."""
    seeded: bool = False
    """Whether the caller gave a seed; engines that can't draw from streams then have to do what they can."""
    flow: Flow = ALONE
    """What it belongs to, and for whom it is."""


@dataclass(frozen=True, slots=True)
class Passage:
    """Tokens of which those from one on are to be evaluated."""

    token_ids: tuple[int, ...]
    start: int
    """The first one that is evaluated; from 1 to the number of tokens."""


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What a model thinks of passages."""

    logprobs: Sequence[Sequence[float]]
    """Of each passage's tokens from its start on."""
    cached_tokens: int
    """Tokens whose keys and values were there already."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a model can do here; fields as in `its.generator.v1.ModelCapabilities`."""

    backend: str
    max_context_tokens: int
    """0 when it is not known; the engine then refuses by itself."""
    vocabulary_size: int
    """0 when it is not known."""
    max_sequences: int
    continues_prefix: bool
    token_ids: bool
    reproducible: bool
    max_top_logprobs: int | None
    structured_outputs: frozenset[Form]
    tools: bool
    sampling_fields: frozenset[str]
    evaluates: bool = False
    evaluates_tempered: bool = False
    """Whether it evaluates under another temperature than 1."""


@dataclass(frozen=True, slots=True)
class Identity:
    """The exact weights and tokenizer."""

    revision: str
    tokenizer_fingerprint: str


class Generation(Protocol):
    """A job that runs. Its ticks end with the one that has the usage; each sequence finishes exactly once."""

    def __aiter__(self) -> AsyncIterator[Tick]:
        """Yield what is new, all that has gathered since the last time in one tick.

        Raises Unavailable or Internal when the engine fails the whole job.
        """
        ...

    def stop(self) -> None:
        """Stop the engine's work; the ticks go on until every sequence finished, CANCELLED, with the exact usage."""
        ...


class Backend(Protocol):
    """A loaded model. What opens one is a context manager that is sure to release it."""

    @property
    def capabilities(self) -> Capabilities:
        """What it can do."""
        ...

    @property
    def identity(self) -> Identity:
        """What it is."""
        ...

    async def tokenize(self, prompt: Conversation | str, continuation: str = "") -> tuple[int, ...]:
        """Return the token ids of a prompt and the beginning of its continuation.

        Raises Unsupported where token ids are not known, InvalidRequest when the template refuses the prompt.
        """
        ...

    def generate(self, job: Job) -> AbstractAsyncContextManager[Generation]:
        """Run a job inside the block; leaving it stops the engine's work for all its sequences at once."""
        ...

    async def evaluate(self, request_id: str, passages: Sequence[Passage], temperature: float) -> Evaluated:
        """Return how probable given tokens are at a temperature; its capabilities tell whether it can.

        Raises Unavailable when the engine fails.
        """
        ...

    async def check(self) -> None:
        """Raise Unavailable when the engine can no longer answer."""
        ...


def _for_template(message: Mapping[str, Any]) -> dict[str, Any]:
    known = dict(message, role="system") if message["role"] == "developer" else dict(message)
    if calls := known.get("tool_calls"):
        known["tool_calls"] = [_with_arguments(call) for call in calls]
    return known


def _with_arguments(call: Mapping[str, Any]) -> dict[str, Any]:
    try:
        arguments = json.loads(call["function"]["arguments"])
    except ValueError:  # what a model wrote need not be JSON
        return dict(call)
    return {**call, "function": {**call["function"], "arguments": arguments}}
