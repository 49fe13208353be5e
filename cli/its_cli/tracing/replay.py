"""Replay: what other selection rules, those that algorithms use, would have chosen from the samples of a run."""

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
from its_orchestrator.seeds import stream


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run leaves to choose from."""

    candidates: Sequence[Candidate]
    seed: int
    score_range: tuple[float, float] | None
    """The smallest and largest possible score; None where no reward model was used, or the run is older than that."""


Rule = Callable[[Ran, Equivalence], Awaitable[Candidate | None]]


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

    Rules that need scores, or to know what scores may be, are left out of a run without them, unless they are named.
    Raises Failed for a rule that doesn't exist, or that this run can't be replayed with.
    """
    run = ended(trace)
    missing = {name: why for name, why in ((name, _missing(name, run)) for name in RULES) if why}
    _check(rules, missing)
    wanted = rules or [name for name in RULES if name not in missing]
    answer = next(event.answer for event in trace.events if event.HasField("answer"))
    before = {one.id for one in answer.candidates if one.chosen}
    found = [(name, await RULES[name](run, equivalence)) for name in wanted]
    return [
        Choice(name, one, equivalence.extract(one.text) if one else None, one is not None and one.id in before)
        for name, one in found
    ]


def ended(trace: GetTraceResponse) -> Ran:
    """Return what a run leaves, its candidates as algorithms know them. Raises Failed where it has none."""
    answer = next((event.answer for event in trace.events if event.HasField("answer")), None)
    if answer is None or not answer.candidates:
        raise Failed(f"run {trace.info.trace_id} has no candidates to choose from: it has not ended well", REFUSED)
    found = answer.score_range
    known = (found.low, found.high) if answer.HasField("score_range") else None
    return Ran([_candidate(one) for one in answer.candidates], answer.seed, known)


async def first(run: Ran, _: Equivalence) -> Candidate | None:
    """Return the first one: what a single sample would have given."""
    return run.candidates[0]


async def highest(run: Ran, _: Equivalence) -> Candidate | None:
    """Return the one with the highest score."""
    return best(run.candidates)


async def voted(run: Ran, equivalence: Equivalence) -> Candidate | None:
    """Return the spokesman of the most frequent answer; where confidence isn't known, the seed's lots break a tie."""
    return (await vote(run.candidates, equivalence, rng=stream(run.seed, "algorithm", "ties"))).chosen


async def weighted(run: Ran, equivalence: Equivalence) -> Candidate | None:
    """Return the spokesman of the answer whose scores have the largest sum."""
    assert run.score_range, "the caller leaves out what has no range"
    worths = worth([one.score for one in run.candidates], *run.score_range)
    weights = {one.id: value for one, value in zip(run.candidates, worths, strict=True)}
    return (await vote(run.candidates, equivalence, weights, standing)).chosen


RULES: Mapping[str, Rule] = {
    "first": first,
    "self-consistency": voted,
    "best-of-n": highest,
    "weighted-best-of-n": weighted,
}
"""By the names of the algorithms that choose like this."""
SCORED = frozenset({"best-of-n", "weighted-best-of-n"})
"""Those that need scores."""


def _missing(name: str, run: Ran) -> str | None:
    """Return what a rule lacks in a run; None where it can choose."""
    if name in SCORED and all(one.score is None for one in run.candidates):
        return f"{name} needs scores, and no reward model scored this run"
    if name == "weighted-best-of-n" and run.score_range is None:
        return f"{name} needs to know what scores may be, which this run, an older one, didn't keep; best-of-n doesn't"
    return None


def _check(rules: Sequence[str], missing: Mapping[str, str]) -> None:
    for name in rules:
        if name not in RULES:
            raise Failed(f"there is no rule {name!r}; there are {', '.join(RULES)}", REFUSED)
        if name in missing:
            raise Failed(missing[name], REFUSED)


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
        mean_logprob=one.confidence if one.HasField("confidence") else None,
    )
