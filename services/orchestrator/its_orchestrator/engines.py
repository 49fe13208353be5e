"""What a run needs of generators and reward models. gRPC clients are one answer; `testing.World` is another."""

from collections.abc import AsyncIterator, Sequence
from typing import Literal, Protocol

from its_orchestrator.candidate import StopReason, Token
from its_orchestrator.prompt import Prompt
from its_orchestrator.sampling import Sampling
from its_runtime.fairness import ALONE, Flow
from its_runtime.value import value

Aggregation = Literal["default", "model", "prod", "min", "last", "mean"]
"""How step values become one score; `default` is the reward model's own way."""


@value
class Identity:
    """The exact weights and tokenizer behind a model's name."""

    name: str
    revision: str = ""
    tokenizer_fingerprint: str = ""


@value
class GeneratorModel:
    """What one model of a generator can do."""

    identity: Identity
    max_context: int = 0
    """Most tokens of prompt and answer together; 0 when it is not known."""
    max_sequences: int = 1024
    """Most sequences of one call."""
    continues_prefix: bool = True
    token_ids: bool = True
    evaluates: bool = False
    """Whether it tells how probable given tokens are."""
    evaluates_tempered: bool = False
    """Whether it does under another temperature than 1."""
    max_top_logprobs: int | None = None
    """Most alternatives reported with log-probabilities; None when there are no log-probabilities."""
    structured_outputs: frozenset[str] = frozenset()
    """Forms of an answer that the engine itself enforces."""


@value
class RewardModel:
    """What one reward model accepts and returns."""

    identity: Identity
    process: bool = True
    """Whether it judges each step."""
    scores_partial: bool = True
    accepts_text: bool = True
    accepts_tokens: bool = False
    low: float = 0.0
    high: float = 1.0
    max_trajectories: int = 4096
    aggregations: tuple[Aggregation, ...] = ()
    needs_reference_answer: bool = False


@value
class Branch:
    """A place to continue from, by several sequences."""

    seed: int
    count: int = 1
    text: str = ""
    """What was said already; ignored where there are token ids."""
    token_ids: tuple[int, ...] = ()


@value
class StepPolicy:
    """Where a step ends."""

    delimiters: tuple[str, ...] = ("\n\n",)
    every_n_tokens: int = 0
    """Steps of this many tokens, in place of delimiters; 0 for delimiters."""
    run_on: bool = False
    """Whether a sequence goes on after a step, which is only marked, rather than ending with reason STEP."""
    max_tokens: int = 0
    """Most tokens of one step: a longer one ends its sequence; 0 for no limit."""
    token_ids: tuple[int, ...] = ()
    """Tokens that end a step, too."""


@value
class Generation:
    """A call of a generator."""

    request_id: str
    model: str
    prompt: Prompt
    prompt_token_ids: tuple[int, ...]
    """The prompt as an earlier call tokenised it; empty before that."""
    branches: tuple[Branch, ...]
    sampling: Sampling
    steps: StepPolicy | None = None
    flush_every: int = 0
    """Report new tokens after every so many; 0 only where a step or sequence ends."""
    logprobs: int | None = None
    """How many alternatives to report; None for no log-probabilities."""
    texts: bool = False
    """Whether to report what tokens and alternatives read, where there are log-probabilities."""
    structured_output: object = None
    """Opaque: the form that the answer must have."""
    seconds: float | None = None
    """How long the call may take at most."""
    flow: Flow = ALONE


@value
class Passage:
    """Tokens that follow a prompt; the rest of them is to be evaluated."""

    prefix: tuple[int, ...]
    rest: tuple[int, ...]


@value
class Evaluation:
    """A call of a generator that samples nothing: how probable is what is given?"""

    request_id: str
    model: str
    prompt: Prompt
    prompt_token_ids: tuple[int, ...]
    """As in Generation."""
    passages: tuple[Passage, ...]
    temperature: float = 1.0
    seconds: float | None = None
    flow: Flow = ALONE


@value
class Started:
    """What is fixed for a whole call."""

    model: Identity
    prompt_token_ids: tuple[int, ...] = ()


@value
class Delta:
    """New tokens of one sequence."""

    sequence: int
    text: str
    token_ids: tuple[int, ...] = ()
    logprobs: tuple[float, ...] = ()
    completes_step: bool = False
    confidences: tuple[float, ...] = ()
    """Of each token, minus the mean log-probability of its alternatives; empty unless alternatives were asked for."""
    told: tuple[Token, ...] = ()
    """What each token reads; empty unless asked for."""


@value
class End:
    """The end of one sequence."""

    sequence: int
    reason: StopReason
    tokens: int
    """Tokens that were sampled for it in this call."""
    error: str = ""


@value
class Usage:
    """What one call used."""

    prompt_tokens: int = 0
    cached_prompt_tokens: int = 0
    completion_tokens: int = 0


@value
class Batch:
    """One message of a generator: whatever happened since the one before."""

    started: Started | None = None
    deltas: Sequence[Delta] = ()
    ends: Sequence[End] = ()
    usage: Usage | None = None
    """In the last message only."""


@value
class Evaluated:
    """How probable given tokens are."""

    logprobs: tuple[tuple[float, ...], ...]
    """Of the rest of each passage, a token each."""
    usage: Usage = Usage()


class GenerationCall(Protocol):
    """A running call of a generator."""

    def __aiter__(self) -> AsyncIterator[Batch]:
        """Yield what happens, up to a last batch with the usage; raise our errors."""
        ...

    async def stop(self) -> None:
        """Stop the engine's work. The iteration then ends soon, with what was used until now where possible."""
        ...

    def cancel(self) -> None:
        """Let go at once; the engine's work stops, and nothing more is learnt."""
        ...


class Generator(Protocol):
    """A generator service."""

    async def models(self) -> Sequence[GeneratorModel]:
        """Return what is served, the default model first. Raises Unavailable naming the service."""
        ...

    def generate(self, generation: Generation) -> GenerationCall:
        """Start a call; it must be iterated or cancelled."""
        ...

    async def evaluate(self, evaluation: Evaluation) -> Evaluated:
        """Return how probable given tokens are; its models tell whether it can. Raises our errors."""
        ...


@value
class Trajectory:
    """One partial or complete answer to score."""

    id: str
    steps: tuple[str, ...]
    complete: bool
    token_ids: tuple[int, ...] = ()
    step_ends: tuple[int, ...] = ()
    """Where each step ends in `token_ids`; empty for a trajectory that travels as text."""
    known_step_values: tuple[float, ...] = ()


@value
class Scoring:
    """A call of a reward service."""

    request_id: str
    model: str
    prompt: Prompt
    trajectories: tuple[Trajectory, ...]
    aggregation: Aggregation
    fingerprint: str = ""
    """The tokenizer that token ids belong to."""
    seconds: float | None = None
    flow: Flow = ALONE


@value
class Scored:
    """What a reward service said of one trajectory."""

    id: str
    value: float | None
    """None when scoring it failed."""
    step_values: tuple[float, ...] = ()
    error: str = ""


@value
class Scores:
    """What a reward service said of a batch, unchecked."""

    scored: tuple[Scored, ...]
    usage: Usage = Usage()


class Reward(Protocol):
    """A reward service."""

    async def models(self) -> Sequence[RewardModel]:
        """Return what is served, the default model first. Raises Unavailable naming the service."""
        ...

    async def score(self, scoring: Scoring) -> Scores:
        """Return the scores of a batch, in its order."""
        ...
