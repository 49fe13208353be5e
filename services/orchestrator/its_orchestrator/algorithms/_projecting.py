"""What of an answer votes: parameters of votes that look for something else than a box."""

from collections.abc import Callable, Sequence
from typing import Annotated, Literal, TypeVar

from pydantic import Field, field_validator, model_validator

from its_orchestrator.algorithms._algorithm import Algorithm
from its_orchestrator.choosing.calling import CallingEquivalence, Part
from its_orchestrator.choosing.equivalence import Equivalence
from its_orchestrator.choosing.projection import Extract, Projected, field, installed, matched
from its_orchestrator.context import Context

Level = TypeVar("Level")
Name = Annotated[str, Field(min_length=1, max_length=512)]

PARTS: dict[str, tuple[Part, ...]] = {
    "tool_name": ("name",),
    "tool_args": ("arguments",),
    "tool_hierarchical": ("name", "both"),
    "flat": ("both",),
}


class Projecting(Algorithm):
    r"""A vote on the last `\boxed{…}` of an answer, on the tools that it calls, or on what a projection finds in it."""

    regex_patterns: tuple[Name, ...] = Field(
        default=(),
        max_length=8,
        description="Patterns of RE2; the first group of the last match votes. Each decides among those that agree on "
        "the ones before.",
    )
    json_fields: tuple[Name, ...] = Field(
        default=(),
        max_length=8,
        description="Dotted paths into a JSON answer, such as result.total, whose values vote, one after another.",
    )
    projection: Name | None = Field(
        default=None, description="A function that is installed on the server, which returns what votes."
    )
    tool_vote: Literal["tool_name", "tool_args", "tool_hierarchical", "flat"] = Field(
        default="flat",
        description="What votes of an answer that calls tools: their names, their arguments, their names and then, "
        "among equal ones, the arguments, or both as one.",
    )
    exclude_tool_args: tuple[Name, ...] = Field(
        default=(), max_length=64, description="Arguments that make no difference between calls."
    )

    @field_validator("regex_patterns")
    @classmethod
    def _are_patterns(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in patterns:
            matched(pattern)
        return patterns

    @field_validator("projection")
    @classmethod
    def _is_installed(cls, name: str | None) -> str | None:
        if name is not None:
            installed(name)
        return name

    @model_validator(mode="after")
    def _is_one(self) -> "Projecting":
        given = [one for one in ("regex_patterns", "json_fields", "projection") if getattr(self, one)]
        if len(given) > 1:
            raise ValueError(f"{' and '.join(given)} can't be combined; give one of them")
        return self

    def levels(self, ctx: Context) -> list[Equivalence]:
        """Return what is compared, level by level: each decides among those whom the one before made win."""
        contents = [_through(extract) for extract in self._extracts()] or [_as_it_is]
        calling = ctx.equivalence
        if not isinstance(calling, CallingEquivalence):
            self._tell(ctx)
            return [content(calling) for content in contents]
        parts, excluded = PARTS[self.tool_vote], frozenset(self.exclude_tool_args)
        number = max(len(parts), len(contents))
        pairs = zip(_lasting(parts, number), _lasting(contents, number), strict=True)
        return [calling.comparing(part, excluded, content) for part, content in pairs]

    def _extracts(self) -> list[Extract]:
        if self.projection:
            return [installed(self.projection)]
        return [*map(matched, self.regex_patterns), *map(field, self.json_fields)]

    def _tell(self, ctx: Context) -> None:
        unused = sorted({"tool_vote", "exclude_tool_args"} & self.model_fields_set)
        if unused:
            ctx.note(f"{' and '.join(unused)}: the request offers no tools, so that whole answers are compared")


def _through(extract: Extract) -> Callable[[Equivalence], Equivalence]:
    return lambda within: Projected(within, extract)


def _as_it_is(within: Equivalence) -> Equivalence:
    return within


def _lasting(levels: Sequence[Level], number: int) -> list[Level]:
    return [levels[min(place, len(levels) - 1)] for place in range(number)]
