"""Pairwise tournament: a judge compares two candidates at a time, in both orders, until one is left.

Comparing in both orders answers the judge's liking for a place: Zheng et al. 2023, "Judging LLM-as-a-Judge with
MT-Bench and Chatbot Arena", section 3.4. https://arxiv.org/abs/2306.05685
"""

import asyncio
from typing import Annotated

from pydantic import Field

from its_orchestrator.components.builder import Builder
from its_orchestrator.components.config import ITSStrategyBaseConfig
from its_orchestrator.components.item import ITSItem
from its_orchestrator.components.references import LLMRef
from its_orchestrator.components.register import register_its_strategy
from its_orchestrator.components.stages import PipelineTypeEnum, StageTypeEnum
from its_orchestrator.components.strategy_base import StrategyBase
from its_orchestrator.components.template import filled, variables
from its_orchestrator.strategies._judge import Fence, Form, ruled
from its_orchestrator.strategies._marks import chosen
from its_orchestrator.strategies._prompts import PAIRWISE
from its_runtime.errors import ItsError


class PairwiseTournamentSelectionConfig(ITSStrategyBaseConfig, name="pairwise_tournament_selection"):
    """Parameters of pairwise_tournament_selection."""

    judge_llm: LLMRef = Field(description="The judge.")
    selection_template: Annotated[str, variables("original_prompt", "results")] = Field(
        default=PAIRWISE, description="What it is asked: {original_prompt}, {results}."
    )


@register_its_strategy(config_type=PairwiseTournamentSelectionConfig)
class PairwiseTournamentSelection(StrategyBase[PairwiseTournamentSelectionConfig]):
    """Let candidates meet in pairs, all pairs of a round at once; where the judge isn't sure, the earlier one wins."""

    stage = StageTypeEnum.SELECTION
    pipelines = tuple(PipelineTypeEnum)

    async def build_components(self, builder: Builder) -> None:
        self._llm = await builder.get_llm(self.config.judge_llm)

    async def ainvoke(
        self,
        items: list[ITSItem],
        original_prompt: str | None = None,
        agent_context: str | None = None,
        **kwargs: object,
    ) -> list[ITSItem]:
        standing = list(range(len(items)))
        self.turn.rng("draw").shuffle(standing)
        while len(standing) > 1:
            pairs = [tuple(sorted(standing[at : at + 2])) for at in range(0, len(standing), 2)]
            async with asyncio.TaskGroup() as group:
                matches = [group.create_task(self._winner(items, pair, original_prompt or "")) for pair in pairs]
            standing = [match.result() for match in matches]
        return [items[place] for place in standing]

    async def _winner(self, items: list[ITSItem], pair: tuple[int, ...], prompt: str) -> int:
        """Return the place of the winner; the earlier one where the judge can't be understood or contradicts itself."""
        if len(pair) == 1:
            return pair[0]
        first, second = pair
        orders = ((first, second), (second, first))
        said = await asyncio.gather(*(self._preferred(items, order, prompt) for order in orders))
        return second if set(said) == {second} else first

    async def _preferred(self, items: list[ITSItem], order: tuple[int, int], prompt: str) -> int | None:
        texts = [items[place].text for place in order]
        fence = Fence(prompt, *texts)
        asked = filled(self.config.selection_template, original_prompt=prompt, results=fence.numbered(texts))
        try:
            place = (await ruled(self._llm, fence, asked, FORM)).verdict
        except ItsError as error:
            self.turn.warn(f"a match is decided for the earlier candidate: {error.message}")
            return None
        return order[place]


FORM = Form("BETTER: <1 or 2>", lambda said: chosen("better", said, 2), {"type": "integer", "enum": [1, 2]})
