"""Voting: candidates with equivalent final answers vote together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from its_orchestrator.candidate import Candidate, Choice
from its_orchestrator.equivalence import Equivalence


@dataclass(frozen=True, slots=True)
class Group:
    """Candidates with one answer, the one that speaks for them first."""

    members: tuple[Candidate, ...]
    votes: float


async def vote(
    candidates: Sequence[Candidate], equivalence: Equivalence, weights: Mapping[str, float] | None = None
) -> Choice:
    """Return the largest group's spokesman, every candidate carrying its group's votes.

    One vote each, or its weight by id. A candidate without a final answer has no vote while another has one;
    where none has one, whole texts vote. Ties, and who speaks: the most confident, then the shortest, then the
    earliest.
    """
    groups = await _groups(candidates, equivalence, weights or {one.id: 1.0 for one in candidates})
    best = max(groups, key=lambda group: (group.votes, _rank(group.members[0])), default=None)
    votes = {one.id: group.votes for group in groups for one in group.members}
    counted = tuple(replace(one, votes=votes.get(one.id)) for one in candidates)
    spokesman = best.members[0].id if best else None
    return Choice(next((one for one in counted if one.id == spokesman), None), counted)


async def _groups(
    candidates: Sequence[Candidate], equivalence: Equivalence, weights: Mapping[str, float]
) -> list[Group]:
    voters, answers = _ballots(candidates, equivalence)
    groups: list[Group] = []
    for places in await equivalence.groups(answers):
        members = sorted((voters[place] for place in places), key=_rank, reverse=True)
        groups.append(Group(tuple(members), sum(weights[one.id] for one in members)))
    return groups


def _ballots(candidates: Sequence[Candidate], equivalence: Equivalence) -> tuple[list[Candidate], list[str]]:
    found = [(one, equivalence.extract(one.text)) for one in candidates]
    ballots = [(one, answer) for one, answer in found if answer is not None]
    if not ballots:
        whole = [one for one in candidates if one.finished] or list(candidates)
        ballots = [(one, one.text.strip()) for one in whole]
    return [one for one, _ in ballots], [answer for _, answer in ballots]


def _rank(candidate: Candidate) -> tuple[float, int, int]:
    confidence = candidate.confidence
    return (float("-inf") if confidence is None else confidence, -len(candidate.text), -int(candidate.id))
