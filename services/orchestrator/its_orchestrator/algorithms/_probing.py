"""Probing: what a few samples tell of a question."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from its_orchestrator.candidate import Candidate, Choice
from its_orchestrator.choosing.voting import unanimous
from its_orchestrator.steps import split

FEWEST = 3
"""Probes without which agreement means nothing: two that agree may be chance."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What probes have in common, and in what they differ."""

    probes: int
    agree: float
    """Share of the probes with the most frequent answer, 0 to 1."""
    unanimous: bool
    """Whether they are enough, and all gave one answer."""
    lead: float | None
    """Share by which the confidence of those that agree is above that of the others; None without alternatives to
    tokens, or where there are no others."""
    steps: float
    """Mean number of steps."""
    tokens: float
    """Mean length."""

    @classmethod
    def of(cls, choice: Choice) -> "Findings":
        """Return what the candidates of a vote tell."""
        probes = choice.candidates
        most = max((one.votes or 0.0 for one in probes), default=0.0)
        return cls(
            probes=len(probes),
            agree=most / max(1, len(probes)),
            unanimous=len(probes) >= FEWEST and unanimous(choice),
            lead=_lead(probes, most),
            steps=fmean([len(split(one.text)) for one in probes] or [0]),
            tokens=fmean([one.tokens for one in probes] or [0]),
        )

    def __str__(self) -> str:
        lead = "" if self.lead is None else f", {self.lead:+.0%} confident beside the others"
        return (
            f"{self.agree:.0%} of {self.probes} probes agree{lead}; "
            f"{self.tokens:.0f} tokens and {self.steps:.1f} steps long on average"
        )


def _lead(probes: Sequence[Candidate], most: float) -> float | None:
    """Return the leaders' confidence over the others'; where answers tie, all that have so many votes lead."""
    leaders = [fmean(one.confidences) for one in probes if one.confidences and (one.votes or 0.0) == most]
    others = [fmean(one.confidences) for one in probes if one.confidences and (one.votes or 0.0) < most]
    return fmean(leaders) / fmean(others) - 1 if leaders and any(others) else None
