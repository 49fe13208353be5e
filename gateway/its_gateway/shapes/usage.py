"""Tokens, in OpenAI's words."""

from its_gateway.shapes.shape import Shape


class PromptDetails(Shape):
    """Tokens of prompts."""

    cached_tokens: int


class CompletionDetails(Shape):
    """Tokens that were sampled."""

    reasoning_tokens: int


class Usage(Shape):
    """What was spent, in chat completions and completions."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    prompt_tokens_details: PromptDetails
    completion_tokens_details: CompletionDetails


class InputDetails(Shape):
    """Tokens of input."""

    cached_tokens: int
    cache_write_tokens: int


class ResponseUsage(Shape):
    """What was spent, in responses."""

    input_tokens: int
    input_tokens_details: InputDetails
    output_tokens: int
    output_tokens_details: CompletionDetails
    total_tokens: int
