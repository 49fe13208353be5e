"""Votes: candidates that say the same stand together, and the largest group wins."""

from collections.abc import Hashable, Sequence
from typing import Literal

from its_orchestrator.components.item import ITSItem
from its_orchestrator.components.turn import Turn
from its_orchestrator.strategies._motivation import noted
from its_runtime.errors import Unmet


def grouped(items: Sequence[ITSItem], answers: Sequence[Hashable]) -> list[list[ITSItem]]:
    """Return items with the same answer together, in the order of their first ones."""
    groups: dict[Hashable, list[ITSItem]] = {}
    for item, answer in zip(items, answers, strict=True):
        groups.setdefault(answer, []).append(item)
    return list(groups.values())


def elected(turn: Turn, groups: Sequence[list[ITSItem]], ties: Literal["first", "random", "error"]) -> ITSItem:
    """Return the first of the largest group, with its votes in the metadata. Raises Unmet where a tie is an error."""
    most = max(len(group) for group in groups)
    tied = [group for group in groups if len(group) == most]
    if len(tied) > 1 and ties == "error":
        raise Unmet(f"a tie: {len(tied)} answers have {most} votes each; run more, or let ties go to the first")
    winner = turn.rng("tie").choice(tied) if ties == "random" else tied[0]
    return winner[0].derived(metadata=noted(winner[0].metadata, votes=most))
