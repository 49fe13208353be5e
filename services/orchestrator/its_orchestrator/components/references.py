"""References: fields of a configuration that name another entry of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, get_args

from pydantic import BaseModel


class Section(Enum):
    """The sections of its.yaml that name components; the values are the sections' names."""

    LLM = "llms"
    FUNCTION = "functions"
    GROUP = "function_groups"
    STRATEGY = "its_strategies"

    @property
    def noun(self) -> str:
        """What one entry of the section is called."""
        return _NOUNS[self]


_NOUNS = {
    Section.LLM: "LLM",
    Section.FUNCTION: "function",
    Section.GROUP: "function group",
    Section.STRATEGY: "strategy",
}


@dataclass(frozen=True, slots=True)
class Refers:
    """Marks a text as the name of an entry of a section."""

    section: Section


LLMRef = Annotated[str, Refers(Section.LLM)]
"""The name of an entry of `llms`."""
FunctionRef = Annotated[str, Refers(Section.FUNCTION)]
"""The name of an entry of `functions`, of a group of them, or `group.function`."""
ITSStrategyRef = Annotated[str, Refers(Section.STRATEGY)]
"""The name of an entry of `its_strategies`."""
Where = tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """One name that a configuration holds."""

    where: Where
    """Its place in the entry."""
    section: Section
    name: str


def references(config: BaseModel) -> Iterator[Reference]:
    """Yield every name that `config` refers to."""
    for field, info in type(config).model_fields.items():
        marks = [one for one in info.metadata if isinstance(one, Refers)]
        section = marks[0].section if marks else _marked(info.annotation)
        if section:
            yield from _named((field,), getattr(config, field), section)


def _marked(annotation: object) -> Section | None:
    """Return the section that a part of an annotation is marked with."""
    for part in get_args(annotation):
        if isinstance(part, Refers):
            return part.section
        if (found := _marked(part)) is not None:
            return found
    return None


def _named(where: Where, value: object, section: Section) -> Iterator[Reference]:
    if isinstance(value, str):
        yield Reference(where, section, value)
    elif isinstance(value, (list, tuple)):
        for place, one in enumerate(value):  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
            yield from _named((*where, place), one, section)  # pyright: ignore[reportUnknownArgumentType]
