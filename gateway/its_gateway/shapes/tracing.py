"""What is told of runs: the contract's own messages in JSON, as protos/its/orchestrator/v1 describes them."""

from typing import Any, Literal

from pydantic import Field

from its_gateway.shapes.shape import Shape


class TraceList(Shape):
    """A page of the caller's runs."""

    object: Literal["list"]
    data: list[dict[str, Any]] = Field(description="Messages `TraceInfo` of the contract, the latest run first.")
    next: str | None = Field(description="What the next page is asked with, as `after`; null at the end.")


class Trace(Shape):
    """A run."""

    object: Literal["trace"]
    info: dict[str, Any] = Field(default={}, description="A message `TraceInfo` of the contract.")
    events: list[dict[str, Any]] = Field(default=[], description="Messages `SolveEvent` of the contract, in order.")
