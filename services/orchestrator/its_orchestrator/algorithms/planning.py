"""Planning: name several approaches first, try each with a share of the budget, and take the best answer.

Wang et al. 2024, "Planning in Natural Language Improves LLM Search for Code Generation", section 4.
https://arxiv.org/abs/2409.03733
"""

import re
from collections.abc import Sequence
from typing import Any, ClassVar

from pydantic import Field, ValidationError, ValidationInfo, field_validator

from its_orchestrator.algorithms._algorithm import Algorithm
from its_orchestrator.algorithms._judged import Judged
from its_orchestrator.algorithms._plugins import load, plugins
from its_orchestrator.candidate import Candidate, Choice
from its_orchestrator.choosing.ranking import standing
from its_orchestrator.choosing.voting import conviction, vote
from its_orchestrator.context import Context
from its_orchestrator.prompt import followed, said, transcript

LEAST = 2
"""Samples without which no algorithm searches."""


class Planning(Judged):
    """Wrap any other algorithm: it runs once for each approach, one after the other, with that approach as a hint.

    Of the answers that these runs return, the highest score wins where all have one; else the one that most
    candidates of all runs share. Samples, tokens and seconds are divided among the approaches, and what one leaves
    over of tokens and seconds is the next ones'. Where the plan can't be read, the wrapped algorithm has the whole
    budget.
    """

    name: ClassVar[str] = "planning"
    summary: ClassVar[str] = (
        "Name several approaches, give each a share of the budget of another algorithm, take the best."
    )
    source: ClassVar[str] = "Wang et al. 2024, section 4, https://arxiv.org/abs/2409.03733"
    budget_meaning: ClassVar[str] = "the wrapped algorithm's, divided among the approaches; one plan comes on top"

    algorithm: str = Field(default="self-consistency", description="The algorithm that tries each approach.")
    parameters: dict[str, Any] = Field(default={}, validate_default=True, description="That algorithm's parameters.")
    approaches: int = Field(default=3, ge=1, le=16, description="Most approaches; each has two samples at least.")

    @field_validator("algorithm")
    @classmethod
    def _exists(cls, name: str) -> str:
        _kind(name)
        return name

    @field_validator("parameters")
    @classmethod
    def _fit(cls, parameters: dict[str, Any], info: ValidationInfo) -> dict[str, Any]:
        if "algorithm" in info.data:
            try:
                _kind(info.data["algorithm"]).model_validate(parameters)
            except ValidationError as error:
                wrong = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
                raise ValueError(f"{info.data['algorithm']}: {wrong}") from error
        return parameters

    @property
    def worker(self) -> Algorithm:
        own = {"temperature": self.temperature} if "temperature" in self.model_fields_set else {}
        return _kind(self.algorithm).model_validate({**own, **self.parameters})

    async def solve(self, ctx: Context) -> Choice:
        number, worker = min(self.approaches, ctx.samples // LEAST), self.worker
        plan = await self._plan(ctx, number) if number > 1 else []
        if not plan:
            ctx.note(f"there is no plan: {self.algorithm} has the whole budget")
            return await worker.solve(ctx)
        choices: list[Choice] = []
        for place, approach in enumerate(plan):
            if not ctx.over:
                samples = (ctx.samples + place) // len(plan)
                ctx.note(f"approach {place + 1} has {samples} samples: {approach}")
                hinted = followed(ctx.prompt, HINT.format(approach=approach))
                with ctx.share(len(plan) - place):
                    choices.append(await worker.solve(ctx.within(hinted, samples, "approach", place)))
                    if ctx.over and place + 1 < len(plan):
                        ctx.note(f"approach {place + 1} has spent its share of tokens or seconds")
        return await _best(ctx, choices)

    async def _plan(self, ctx: Context, number: int) -> list[str]:
        """Return up to `number` approaches, none where what the model says holds none. It costs an approach's share."""
        question = PLAN.format(number=number, question=transcript(ctx.prompt))
        left = ctx.tokens_left
        share = None if left is None else left // (number + 1)
        if share == 0:
            return []
        [answer] = await ctx.consult([said(question)], self.judge_temperature, share)
        return list(dict.fromkeys(one.strip().replace("<|", "< |") for one in _APPROACH.findall(answer or "")))[:number]


async def _best(ctx: Context, choices: Sequence[Choice]) -> Choice:
    """Return the best of what several runs chose, and all that they considered."""
    considered = list({one.id: one for choice in choices for one in choice.candidates}.values())
    chosen = [choice.chosen for choice in choices if choice.chosen is not None]
    if all(one.score is not None for one in chosen):
        return Choice(max(chosen, key=standing, default=None), tuple(considered))
    votes = {one.id: one.votes or 0.0 for one in (await vote(considered, ctx.equivalence)).candidates}

    def shared(candidate: Candidate) -> tuple[float, ...]:
        return (candidate.finished, votes.get(candidate.id, 0.0), *conviction(candidate))

    return Choice(max(chosen, key=shared), tuple(considered))


def _kind(name: str) -> type[Algorithm]:
    """Return the algorithm called `name`. Raises ValueError listing what exists, and Unmet as `load` does."""
    from its_orchestrator.algorithms import BUILTIN  # noqa: PLC0415  (which this one is part of)

    ours = {kind.name: kind for kind in BUILTIN if kind is not Planning}
    if name in ours:
        return ours[name]
    theirs = plugins()  # reads a file of every package that is installed
    if name in theirs:
        return load(theirs[name])
    raise ValueError(f"no algorithm to wrap is called {name!r}; there are {', '.join(sorted({*ours, *theirs}))}")


_APPROACH = re.compile(r"^\W*\d{1,2}[.):]\W*(\S.{0,400})", re.MULTILINE)

PLAN = """\
Below is a question. Don't answer it. Name {number} different approaches to answering it that have the best chances, \
each as one sentence on a numbered line of its own, like `1. ...`.

Question:
{question}"""

HINT = "An approach that may work: {approach}"
