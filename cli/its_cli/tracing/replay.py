"""Replay: what other selection rules, those that algorithms use, would have chosen from the samples of a run."""

import math
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from its.generator.v1.generator_pb2 import StopReason as WireReason
from its.orchestrator.v1 import answer_pb2
from its.orchestrator.v1.orchestrator_pb2 import GetTraceResponse
from its_cli.exits import REFUSED, Failed
from its_orchestrator.candidate import Candidate, StopReason
from its_orchestrator.choosing.equivalence import Equivalence
from its_orchestrator.choosing.ranking import best, standing, worth
from its_orchestrator.choosing.voting import vote

Rule = Callable[[Sequence[Candidate], Equivalence], Awaitable[Candidate | None]]


@dataclass(frozen=True, slots=True)
class Choice:
    """What a rule chooses."""

    rule: str
    candidate: Candidate | None
    """None where it can choose nothing."""
    final_answer: str | None
    chosen: bool
    """Whether the run chose this one, too."""


async def replay(trace: GetTraceResponse, equivalence: Equivalence, rules: Sequence[str] = ()) -> Sequence[Choice]:
    """Return what each rule chooses among the candidates of a run; all rules where none is named.

    Rules that need scores are left out of a run without them, unless they are named. Raises Failed for a rule that
    doesn't exist, or that this run can't be replayed with.
    """
    candidates = ended(trace)
    scored = any(one.score is not None for one in candidates)
    _check(rules, scored=scored)
    wanted = rules or [name for name in RULES if scored or name not in SCORED]
    answer = next(event.answer for event in trace.events if event.HasField("answer"))
    before = {one.id for one in answer.candidates if one.chosen}
    found = [(name, await RULES[name](candidates, equivalence)) for name in wanted]
    return [
        Choice(name, one, equivalence.extract(one.text) if one else None, one is not None and one.id in before)
        for name, one in found
    ]


def ended(trace: GetTraceResponse) -> Sequence[Candidate]:
    """Return the candidates of a run as algorithms know them. Raises Failed where it has none."""
    answers = [event.answer for event in trace.events if event.HasField("answer")]
    candidates = [_candidate(one) for answer in answers for one in answer.candidates]
    if not candidates:
        raise Failed(f"run {trace.info.trace_id} has no candidates to choose from: it has not ended well", REFUSED)
    return candidates


async def first(candidates: Sequence[Candidate], _: Equivalence) -> Candidate | None:
    """Return the first one: what a single sample would have given."""
    return candidates[0]


async def highest(candidates: Sequence[Candidate], _: Equivalence) -> Candidate | None:
    """Return the one with the highest score."""
    return best(candidates)


async def voted(candidates: Sequence[Candidate], equivalence: Equivalence) -> Candidate | None:
    """Return the spokesman of the most frequent answer."""
    return (await vote(candidates, equivalence)).chosen


async def weighted(candidates: Sequence[Candidate], equivalence: Equivalence) -> Candidate | None:
    """Return the spokesman of the answer whose scores have the largest sum."""
    scores = [one.score for one in candidates]
    low = 0.0 if all(score is None or 0 <= score <= 1 for score in scores) else -math.inf
    worths = worth(scores, low, 1.0 if low == 0 else math.inf)
    weights = {one.id: value for one, value in zip(candidates, worths, strict=True)}
    return (await vote(candidates, equivalence, weights, standing)).chosen


RULES: Mapping[str, Rule] = {
    "first": first,
    "self-consistency": voted,
    "best-of-n": highest,
    "weighted-best-of-n": weighted,
}
"""By the names of the algorithms that choose like this."""
SCORED = frozenset({"best-of-n", "weighted-best-of-n"})
"""Those that need scores."""


def _check(rules: Sequence[str], *, scored: bool) -> None:
    for name in rules:
        if name not in RULES:
            raise Failed(f"there is no rule {name!r}; there are {', '.join(RULES)}", REFUSED)
        if name in SCORED and not scored:
            raise Failed(f"{name} needs scores, and no reward model scored this run", REFUSED)


def _candidate(one: answer_pb2.Candidate) -> Candidate:
    reason = WireReason.Name(one.stop_reason).removeprefix("STOP_REASON_").lower()
    return Candidate(
        id=one.id,
        parent_id=one.parent_id,
        text=one.text,
        tokens=one.completion_tokens,
        stop_reason=StopReason(reason) if one.stop_reason else None,
        score=one.score if one.HasField("score") else None,
        step_scores=tuple(one.step_scores),
    )
