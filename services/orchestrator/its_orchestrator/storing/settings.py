"""What of runs is kept, and where: `traces` in the section `orchestrator` of its.yaml."""

from pydantic import BaseModel, ConfigDict, Field

WORD = "sqlite"
"""The URL of the file that is usual."""


class TraceSettings(BaseModel):
    """How many runs are remembered, and where they are stored."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    memory: int = Field(default=256, ge=0, description="Runs that ended which are kept in memory.")
    url: str | None = Field(
        default=None,
        min_length=1,
        description="Where every run is stored: sqlite:///FILE, the word sqlite for its-traces.sqlite, a folder, or "
        "postgresql://HOST/DATABASE. Absent: a restart forgets them.",
    )
    stored: int = Field(default=10_000, ge=1, description="Runs of one tenant that are stored; its oldest go first.")
    prompts: bool = Field(default=False, description="Keep what was asked, too, in memory and in the store.")


def remembered(traces: object) -> object:
    """Return the settings that a number alone stands for, so many runs in memory, or a text alone, where they go.

    `true` is the file that the word sqlite stands for, `false` keeps nothing.
    """
    if traces is True:
        return {"url": WORD}
    if isinstance(traces, int):
        return {"memory": traces}
    return {"url": traces} if isinstance(traces, str) else traces
