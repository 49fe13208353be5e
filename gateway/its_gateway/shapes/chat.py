"""A chat completion."""

from typing import Literal

from pydantic import Field

from its_gateway.shapes.its import ItsBlock
from its_gateway.shapes.shape import Shape
from its_gateway.shapes.usage import Usage


class Alternative(Shape):
    """A token, as likely as it was."""

    token: str
    bytes: list[int]
    logprob: float


class LikelyToken(Alternative):
    """A token of the answer, and what might have been in its place."""

    top_logprobs: list[Alternative]


class ChoiceLogprobs(Shape):
    """Log-probabilities of a choice."""

    content: list[LikelyToken]
    refusal: None


class CalledName(Shape):
    """A function that is called."""

    name: str
    arguments: str


class Call(Shape):
    """A tool that is called."""

    id: str
    type: Literal["function"]
    function: CalledName


class AssistantMessage(Shape):
    """What the assistant says."""

    role: Literal["assistant"]
    content: str | None
    refusal: str | None
    tool_calls: list[Call] = Field(default=[])


class ChatChoice(Shape):
    """One answer."""

    index: int
    message: AssistantMessage
    logprobs: ChoiceLogprobs | None
    finish_reason: Literal["stop", "length", "tool_calls", "content_filter"]
    its: ItsBlock | None = Field(default=None, description="Where there are several choices.")


class ChatCompletion(Shape):
    """The answer of `POST /v1/chat/completions`."""

    id: str
    object: Literal["chat.completion"]
    created: int
    model: str
    choices: list[ChatChoice]
    usage: Usage
    system_fingerprint: str
    its: ItsBlock | None = Field(
        default=None, description="Where there is one choice, unless the answer alone was asked for."
    )
