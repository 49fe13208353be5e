"""Editing: each item on its own; one that can't be edited stays what it was."""

from collections.abc import Sequence

from its_orchestrator.components.item import ITSItem
from its_orchestrator.components.turn import Turn, Work


async def edited(turn: Turn, items: Sequence[ITSItem], work: Work) -> list[ITSItem]:
    """Return `items` as `work` makes them, in their order; an item whose work failed comes back unchanged."""
    results = await turn.each(items, work)
    return [new if isinstance(new, ITSItem) else old for old, new in zip(items, results, strict=True)]
