"""A question: what the generator is asked in one call, the request's own words or others."""

from dataclasses import dataclass, field

from its_orchestrator.candidate import Candidate
from its_orchestrator.prompt import Prompt
from its_orchestrator.sampling import Sampling


@dataclass(frozen=True, slots=True)
class Question:
    """A prompt, how its answer is drawn, and the form that it must have."""

    prompt: Prompt
    sampling: Sampling = field(hash=False)
    structured_output: object = field(default=None, hash=False)


@dataclass(frozen=True, slots=True)
class Commission:
    """An answer to write with others in view."""

    prompt: Prompt
    """The question, followed by what of the others is shown."""
    sources: tuple[Candidate, ...]
    """Those that are shown."""
