"""Uses of tools: what is to be done by which tool and why, and what came of it."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class ToolUse(BaseModel):
    """A task for a tool; with its output or the reason why there is none, once it is done."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tool_name: str = Field(min_length=1, description="The tool.")
    task_description: str = Field(min_length=1, description="What it is to do, complete in itself.")
    motivation: str = Field(default="", description="What that is good for.")
    output: Any | None = Field(default=None, description="What the tool returned, in its own type.")
    error: str | None = Field(default=None, description="Why there is no output.")
