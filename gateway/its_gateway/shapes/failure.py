"""Errors, in OpenAI's form."""

from pydantic import Field

from its_gateway.shapes.shape import Shape


class Problem(Shape):
    """What went wrong."""

    message: str = Field(description="What was asked, what is possible, and what to do next.")
    type: str
    param: str | None = Field(description="The field at fault.")
    code: str | None = Field(description="For programs.")


class Failure(Shape):
    """An error."""

    error: Problem
