"""Scoring by a judge: each item on its own; one whose verdict can't be had is unscored, and says why."""

from collections.abc import Mapping, Sequence

from its_orchestrator.components.item import ITSItem
from its_orchestrator.components.llm import LLM
from its_orchestrator.components.template import filled
from its_orchestrator.components.turn import Turn, Work
from its_orchestrator.strategies._judge import Fence, ruled
from its_orchestrator.strategies._scores import FORM
from its_runtime.errors import ItsError


async def scored(turn: Turn, items: Sequence[ITSItem], work: Work) -> list[ITSItem]:
    """Return `items` with the scores that `work` gives them, in their order."""
    results = await turn.each(items, work)
    return [
        new if isinstance(new, ITSItem) else turn.credit(_unscored(old, new), old)
        for old, new in zip(items, results, strict=True)
    ]


def _unscored(item: ITSItem, why: ItsError) -> ITSItem:
    return item.derived(score=None, feedback=f"not scored: {why.message}")


async def judged(llm: LLM, template: str, fenced: str, item: ITSItem, words: Mapping[str, str]) -> ITSItem:
    """Return `item` with the score of one judge, who sees `words`; the one called `fenced` is the candidate."""
    fence = Fence(*words.values())
    asked = filled(template, **{**words, fenced: fence.around(words[fenced])})
    return item.derived(score=(await ruled(llm, fence, asked, FORM)).verdict)
