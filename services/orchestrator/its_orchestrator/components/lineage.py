"""Lineage: which item came from which, written down as items leave a stage."""

from collections.abc import Sequence

from its_orchestrator.components.item import ITSItem, Origin
from its_orchestrator.components.stages import StageTypeEnum
from its_orchestrator.components.turn import Turn


def stamped(turn: Turn, ordinal: int, before: Sequence[ITSItem], after: Sequence[ITSItem]) -> list[ITSItem]:
    """Return the items after the `ordinal`-th stage of a turn with that stage in their lineage.

    An item that was made from one of `before` remembers it by itself; a new one comes from all of them.
    """
    known = {one.origin.id: one.origin for one in before if one.origin}
    return [_stamped(turn, f"{turn.turn_id}.{ordinal}.{place}", place, known, one) for place, one in enumerate(after)]


def _stamped(turn: Turn, name: str, place: int, known: dict[str, Origin], item: ITSItem) -> ITSItem:
    came = known.get(item.origin.id) if item.origin else None
    spent = turn.spans.get(id(item))
    origin = Origin(
        id=name,
        parents=(came.id,) if came else tuple(known),
        turn_id=turn.turn_id,
        candidate_index=came.candidate_index if came and turn.stage != StageTypeEnum.SEARCH else place,
        stage=turn.stage,
        strategy=turn.strategy,
        calls=spent.calls if spent else 0,
        tokens=spent.tokens if spent else 0,
        seconds=spent.seconds if spent else 0.0,
    )
    return item.derived(lineage=(*(item.lineage if came else ()), origin))
