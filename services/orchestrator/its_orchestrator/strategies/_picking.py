"""Picking: a judge sees all candidates, in an order drawn by seed, and names one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from its_orchestrator.components.item import ITSItem
from its_orchestrator.components.llm import LLM
from its_orchestrator.components.template import filled
from its_orchestrator.components.turn import Turn
from its_orchestrator.strategies._judge import Fence, Form, ruled
from its_orchestrator.strategies._marks import chosen, only_number, written
from its_runtime.errors import ItsError


@dataclass(frozen=True, slots=True)
class Pick:
    """What a judge decided."""

    item: ITSItem
    said: str
    """Its reply; empty where the first candidate was taken without one."""


@dataclass(frozen=True, slots=True)
class Picking:
    """How a judge is asked, and how its verdict is read."""

    llm: LLM
    template: str
    variable: str
    """The one of the template's variables that stands for the candidates."""
    form: str
    """The line that names the chosen one."""
    marks: tuple[str, ...]
    """Regular expressions for what stands before its number, the clearest first."""
    anywhere: bool = False
    """Whether the one number of a reply without any mark is read, too."""

    async def pick(self, turn: Turn, items: Sequence[ITSItem], words: Mapping[str, str], *path: str | int) -> Pick:
        """Return the one of `items` that the judge names. Raises Unread when none can be understood, asked twice.

        Where the run's budget has ended, the first one is kept, and that is told.
        """
        shuffled = list(items)
        turn.rng("order", *path).shuffle(shuffled)
        fence = Fence(*words.values(), *(one.text for one in shuffled))
        shown = fence.numbered([one.text for one in shuffled])
        asked = filled(self.template, **words, **{self.variable: shown})
        try:
            ruling = await ruled(self.llm, fence, asked, self._form(len(shuffled)))
        except ItsError as error:
            if not turn.session.over:
                raise
            turn.warn(f"the first candidate is kept: {error.message}")
            return Pick(items[0], "")
        return Pick(shuffled[ruling.verdict], ruling.reasons)

    def _form(self, count: int) -> Form[int]:
        schema = {"type": "integer", "minimum": 1, "maximum": count}
        return Form(self.form, lambda said: self._read(said, count), schema)

    def _read(self, said: str, count: int) -> int | None:
        """Return the place that the clearest mark names; one that is written and can't be read leaves no choice."""
        for mark in self.marks:
            if written(mark, said):
                return chosen(mark, said, count)
        return only_number(said, count) if self.anywhere else None
