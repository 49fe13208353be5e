"""Grading: which of a completion's answers are right, and which are the same, by the checker that votes also ask."""

from collections.abc import Sequence
from typing import Any

from its_checking import Checker, last_boxed
from its_cli.evaluating.job import Job
from its_cli.evaluating.row import Candidate, Row
from its_cli.exits import REFUSED, Failed
from its_orchestrator.choosing.equivalence import MathEquivalence
from its_runtime.errors import ItsError


class Grade:
    """Compares final answers with the right one, each text once."""

    def __init__(self, checker: Checker, reference: str) -> None:
        self._checker = checker
        self._reference = reference
        self._known: dict[str, bool] = {}
        self.ungraded: list[str] = []
        """Why some count as wrong that couldn't be compared."""

    async def right(self, final: str | None) -> bool:
        """Return whether a final answer is the right one."""
        if final is None:
            return False
        if final not in self._known:
            self._known[final] = await self._compared(final)
        return self._known[final]

    async def _compared(self, final: str) -> bool:
        try:
            return await self._checker.same(final, self._reference)
        except ItsError as error:
            self.ungraded.append(f"{final}: {error.message}")
            return False


async def graded(job: Job, completion: dict[str, Any], started: str, seconds: float, checker: Checker) -> Row:
    """Return the row of a job from the gateway's completion. Raises Failed where another kind of server made it."""
    if "its" not in completion:
        raise Failed("the answer tells nothing of its candidates; --url takes the gateway of `its`", REFUSED)
    its: dict[str, Any] = completion["its"]
    text: str = completion["choices"][0]["message"].get("content") or ""
    grade = Grade(checker, job.problem.answer)
    candidates = await _candidates(its["candidates"], grade, checker)
    final = last_boxed(text) or next((one.final_answer for one in candidates if one.chosen), None)
    return Row(
        **job.key._asdict(),
        question=job.problem.question,
        reference=job.problem.answer,
        request_seed=job.request_seed,
        model=its["model"].get("name", ""),
        settings=job.settings,
        answer=text,
        final_answer=final,
        right=await grade.right(final),
        ungraded=tuple(grade.ungraded),
        candidates=candidates,
        parameters=its["parameters"],
        ledger=its["ledger"],
        score_range=its.get("score_range"),
        stopped_by=its["stopped_by"],
        trace_id=its["trace_id"],
        started=started,
        seconds=seconds,
    )


async def _candidates(told: Sequence[dict[str, Any]], grade: Grade, checker: Checker) -> tuple[Candidate, ...]:
    finals = [one.get("final_answer") for one in told]
    groups = await _groups(finals, checker)
    rights = [await grade.right(final) for final in finals]
    return tuple(
        Candidate.model_validate({**one, "right": right, "group": group})
        for one, right, group in zip(told, rights, groups, strict=True)
    )


async def _groups(finals: Sequence[str | None], checker: Checker) -> list[int | None]:
    """Return the number of each final answer's group."""
    places = [place for place, final in enumerate(finals) if final is not None]
    found: list[int | None] = [None] * len(finals)
    groups = await MathEquivalence(checker).groups([final for final in finals if final is not None])
    for number, members in enumerate(groups):
        for member in members:
            found[places[member]] = number
    return found
