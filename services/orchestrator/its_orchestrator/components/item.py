"""An item: one candidate on its way through a pipeline, and where it came from."""

import json
from typing import Any, Self, cast

from pydantic import BaseModel, ConfigDict, Field


class Origin(BaseModel):
    """One stage that an item passed."""

    model_config = ConfigDict(frozen=True)

    id: str
    """Name of the item after this stage; unlike any other's in the run."""
    parents: tuple[str, ...] = ()
    """The items that it was made from; several for a merged one."""
    turn_id: str = ""
    """The pass of the pipeline: items of one turn are alternatives to one another."""
    candidate_index: int = 0
    """Its place among the alternatives of the turn, from 0."""
    stage: str = ""
    strategy: str = ""
    calls: int = 0
    """Calls of language models that this stage made for this item alone."""
    tokens: int = 0
    """Completion tokens of these calls."""
    seconds: float = 0.0


class ITSItem(BaseModel):
    """What stages hand on. Nobody changes it in place: `derived` makes another one. Extra fields are kept."""

    model_config = ConfigDict(extra="allow", arbitrary_types_allowed=True)

    input: Any | None = Field(default=None, description="The task, or the arguments of a tool.")
    output: Any | None = Field(default=None, description="The answer, or what the tool returned, in its own type.")
    plan: Any | None = Field(default=None, description="The plan, in pipelines that plan.")
    feedback: str | None = Field(default=None, description="What a critic said, or why there is no score.")
    score: float | None = Field(default=None, description="How good it is; None where nobody could tell.")
    metadata: Any | None = Field(default=None, description="Whatever else belongs to it.")
    name: str | None = Field(default=None, description="The tool, or another name.")
    lineage: tuple[Origin, ...] = Field(
        default=(), repr=False, description="The stages that it passed, the first one first; kept by the pipeline."
    )

    def derived(self, **changes: Any) -> Self:  # noqa: ANN401  (fields have any type)
        """Return it with `changes`; it remembers where it came from."""
        return self.model_copy(update=changes)

    def apart(self) -> Self:
        """Return it with dicts, lists and models of its own: what is changed in them is changed in no other item."""
        return self.model_copy(update={name: _apart(value) for name, value in self})

    @property
    def text(self) -> str:
        """What it says, for judges and reports: its output, or its plan before there is one."""
        return as_text(self.plan if self.output is None else self.output)

    @property
    def origin(self) -> Origin | None:
        """The last stage that it passed; None before any."""
        return self.lineage[-1] if self.lineage else None

    @property
    def tokens(self) -> int:
        """Completion tokens that were spent on it, its forebears in this line included."""
        return sum(one.tokens for one in self.lineage)


def _apart(value: object) -> object:
    """Return what can be changed in place as another one that is equal; what nobody can copy safely stays shared."""
    if type(value) is dict:
        return {name: _apart(one) for name, one in cast("dict[object, object]", value).items()}
    if type(value) is list:
        return [_apart(one) for one in cast("list[object]", value)]
    if isinstance(value, BaseModel):
        return value.model_copy(update={name: _apart(one) for name, one in value})
    return value


def as_text(value: object) -> str:
    """Return a value of any type as text to read: JSON for what is neither text nor nothing."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, BaseModel):
        return value.model_dump_json()
    try:
        return json.dumps(value, ensure_ascii=False)
    except TypeError:
        return str(value)
