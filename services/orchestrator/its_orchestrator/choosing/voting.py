"""Voting: candidates with equivalent final answers vote together."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from its_orchestrator.candidate import Candidate, Choice
from its_orchestrator.choosing.equivalence import Equivalence

Rank = Callable[[Candidate], tuple[float, ...]]
"""What compares candidates; the largest speaks, the earliest of equals."""


@dataclass(frozen=True, slots=True)
class Group:
    """Candidates with one answer, the one that speaks for them first."""

    members: tuple[Candidate, ...]
    votes: float


def conviction(candidate: Candidate) -> tuple[float, int, int]:
    """Rank the most confident first, then the shortest, then the earliest."""
    confidence = candidate.confidence
    return (float("-inf") if confidence is None else confidence, -len(candidate.text), -int(candidate.id))


async def vote(
    candidates: Sequence[Candidate],
    equivalence: Equivalence,
    weights: Mapping[str, float] | None = None,
    rank: Rank = conviction,
    rng: random.Random | None = None,
) -> Choice:
    """Return the largest group's spokesman, every candidate carrying its group's votes.

    One vote each, or its weight by id. A candidate without a final answer has no vote while another has one;
    where none has one, whole texts vote. `rank` tells who speaks, and which of equal groups wins; with `rng`, those
    that are equal in the first thing that `rank` compares draw lots.
    """
    return await vote_by_levels(candidates, [equivalence], weights, rank, rng)


async def vote_by_levels(
    candidates: Sequence[Candidate],
    levels: Sequence[Equivalence],
    weights: Mapping[str, float] | None = None,
    rank: Rank = conviction,
    rng: random.Random | None = None,
) -> Choice:
    """Return the spokesman of the largest group by the last level, in the largest by the one before, and so on.

    Every candidate carries the votes of its group at the last level at which it stood. Otherwise as `vote`.
    """
    weights = weights or {one.id: 1.0 for one in candidates}
    standing, votes, answers = tuple(candidates), dict[str, float](), dict[str, str | None]()
    for place, level in enumerate(levels):
        final = {one.id: level.extract(one.text) for one in standing}
        if place and not any(answer is not None for answer in final.values()):
            break
        groups = await _groups(standing, final, level, weights, rank)
        votes |= {one.id: group.votes for group in groups for one in group.members}
        answers |= final
        standing = _winner(groups, rank, rng).members if groups else ()
    counted = tuple(one.voted(votes.get(one.id), answers.get(one.id)) for one in candidates)
    spokesman = standing[0].id if standing else None
    return Choice(next((one for one in counted if one.id == spokesman), None), counted)


def conclusive(candidates: Sequence[Candidate], before: Sequence[Candidate], equivalence: Equivalence) -> bool:
    """Tell whether one of `candidates` ended and, where one of those `before` has a final answer, has one too."""
    asked = any(equivalence.extract(one.text) is not None for one in before)
    return any(one.finished and (not asked or equivalence.extract(one.text) is not None) for one in candidates)


def unanimous(choice: Choice) -> bool:
    """Tell whether all who voted gave one answer, and everybody voted."""
    return all(one.votes == len(choice.candidates) for one in choice.candidates)


async def _groups(
    candidates: Sequence[Candidate],
    final: Mapping[str, str | None],
    equivalence: Equivalence,
    weights: Mapping[str, float],
    rank: Rank,
) -> list[Group]:
    voters, answers = _ballots(candidates, final)
    groups: list[Group] = []
    for places in await equivalence.groups(answers):
        members = sorted((voters[place] for place in places), key=rank, reverse=True)
        groups.append(Group(tuple(members), sum(weights[one.id] for one in members)))
    return groups


def _winner(groups: Sequence[Group], rank: Rank, rng: random.Random | None) -> Group:
    """Return the largest group. Equal ones come in an order that doesn't depend on that of the candidates."""
    most = max(group.votes for group in groups)
    tied = sorted((one for one in groups if one.votes == most), key=lambda one: rank(one.members[0]), reverse=True)
    first = rank(tied[0].members[0])[0]
    return rng.choice([one for one in tied if rank(one.members[0])[0] == first]) if rng else tied[0]


def _ballots(candidates: Sequence[Candidate], final: Mapping[str, str | None]) -> tuple[list[Candidate], list[str]]:
    ballots = [(one, answer) for one in candidates if (answer := final[one.id]) is not None]
    if not ballots:
        whole = [one for one in candidates if one.finished] or list(candidates)
        ballots = [(one, one.text.strip()) for one in whole]
    return [one for one, _ in ballots], [answer for _, answer in ballots]
