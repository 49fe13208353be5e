"""A text completion."""

from typing import Literal

from its_gateway.shapes.its import ItsBlock
from its_gateway.shapes.shape import Shape
from its_gateway.shapes.usage import Usage


class OldLogprobs(Shape):
    """Log-probabilities, as lists side by side."""

    tokens: list[str]
    token_logprobs: list[float]
    top_logprobs: list[dict[str, float]]
    text_offset: list[int]


class TextChoice(Shape):
    """One answer to one prompt."""

    index: int
    text: str
    logprobs: OldLogprobs | None
    finish_reason: Literal["stop", "length", "content_filter"]
    its: ItsBlock


class TextCompletion(Shape):
    """The answer of `POST /v1/completions`."""

    id: str
    object: Literal["text_completion"]
    created: int
    model: str
    choices: list[TextChoice]
    usage: Usage
    system_fingerprint: str
