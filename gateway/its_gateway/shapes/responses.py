"""A response."""

from typing import Annotated, Any, Literal

from pydantic import Field

from its_gateway.shapes.chat import LikelyToken
from its_gateway.shapes.its import ItsBlock
from its_gateway.shapes.shape import Shape
from its_gateway.shapes.usage import ResponseUsage

Status = Literal["completed", "incomplete"]


class OutputText(Shape):
    """A text."""

    type: Literal["output_text"]
    text: str
    annotations: list[Any]
    logprobs: list[LikelyToken]


class Refusal(Shape):
    """That no candidate had the form that was asked for."""

    type: Literal["refusal"]
    refusal: str


class OutputMessage(Shape):
    """What the assistant says."""

    id: str
    type: Literal["message"]
    role: Literal["assistant"]
    status: Status
    content: list[OutputText | Refusal]


class FunctionCall(Shape):
    """A function that the assistant calls."""

    id: str
    type: Literal["function_call"]
    status: Status
    call_id: str
    name: str
    arguments: str


class Told(Shape):
    """A piece of what was told."""

    type: Literal["summary_text"]
    text: str


class ReasoningItem(Shape):
    """What was told of the search."""

    id: str
    type: Literal["reasoning"]
    summary: list[Told]


class Incomplete(Shape):
    """Why a response is incomplete."""

    reason: Literal["max_output_tokens", "content_filter"]


class ResponseObject(Shape):
    """The answer of `POST /v1/responses`."""

    id: str
    object: Literal["response"]
    created_at: int
    completed_at: int | None
    status: Status
    error: None
    incomplete_details: Incomplete | None
    output: list[Annotated[OutputMessage | FunctionCall | ReasoningItem, Field(discriminator="type")]]
    usage: ResponseUsage
    its: ItsBlock
    model: str
    instructions: str | None
    max_output_tokens: int | None
    metadata: dict[str, str]
    parallel_tool_calls: bool
    previous_response_id: None
    prompt_cache_key: str | None
    reasoning: dict[str, str | None]
    service_tier: Literal["default"]
    store: Literal[False]
    background: Literal[False]
    temperature: float | None
    text: dict[str, Any]
    tool_choice: str | dict[str, Any]
    tools: list[dict[str, Any]]
    top_logprobs: int
    top_p: float | None
    truncation: Literal["disabled"]
    user: str | None
