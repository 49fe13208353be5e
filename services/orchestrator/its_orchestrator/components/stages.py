"""The stages of a pipeline, and the kinds of pipelines."""

from enum import StrEnum


class PipelineTypeEnum(StrEnum):
    """What a pipeline improves."""

    PLANNING = "planning"
    """Plans, which a function downstream then follows."""
    TOOL_USE = "tool_use"
    """Calls of tools and what they return."""
    AGENT_EXECUTION = "agent_execution"
    """What whole runs of a function return."""
    CUSTOM = "custom"
    """Anything else."""


class StageTypeEnum(StrEnum):
    """What a strategy does with items."""

    SEARCH = "search"
    """Makes items."""
    EDITING = "editing"
    """Improves each item."""
    SCORING = "scoring"
    """Says how good each item is."""
    SELECTION = "selection"
    """Keeps some items, or merges them into one."""
    CUSTOM = "custom"
    """Anything else."""
