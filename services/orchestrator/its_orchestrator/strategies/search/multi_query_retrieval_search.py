"""Multi-query retrieval search: each query as it is, and rewritten by several models.

Raudaschl 2023, "RAG-Fusion", https://github.com/Raudaschl/rag-fusion; Rackauckas 2024, arXiv 2402.03367, section 2.
"""

from functools import partial
from typing import Annotated

from pydantic import Field

from its_orchestrator.components.builder import Builder
from its_orchestrator.components.config import ITSStrategyBaseConfig
from its_orchestrator.components.item import ITSItem, as_text
from its_orchestrator.components.llm import LLM
from its_orchestrator.components.references import LLMRef
from its_orchestrator.components.register import register_its_strategy
from its_orchestrator.components.stages import PipelineTypeEnum, StageTypeEnum
from its_orchestrator.components.strategy_base import StrategyBase, succeeded
from its_orchestrator.components.template import filled, variables
from its_orchestrator.strategies._motivation import motivation
from its_orchestrator.strategies._prompts import REWRITING
from its_runtime.errors import Unavailable


class MultiQueryRetrievalSearchConfig(ITSStrategyBaseConfig, name="multi_query_retrieval_search"):
    """Parameters of multi_query_retrieval_search."""

    llms: list[LLMRef] = Field(min_length=1, description="The LLMs that rewrite.")
    query_generation_template: Annotated[str, variables("task", "motivation")] = Field(
        default=REWRITING, description="What they are asked: {task}, {motivation}."
    )


@register_its_strategy(config_type=MultiQueryRetrievalSearchConfig)
class MultiQueryRetrievalSearch(StrategyBase[MultiQueryRetrievalSearchConfig]):
    """Ask each query as it is and as every model rewrites it; one that can't be rewritten is asked as it is."""

    stage = StageTypeEnum.SEARCH
    pipelines = (PipelineTypeEnum.TOOL_USE,)

    async def build_components(self, builder: Builder) -> None:
        self._llms = [await builder.get_llm(name) for name in self.config.llms]

    async def ainvoke(
        self,
        items: list[ITSItem],
        original_prompt: str | None = None,
        agent_context: str | None = None,
        **kwargs: object,
    ) -> list[ITSItem]:
        works = [partial(self._rewritten, item, llm) for item in items for llm in [None, *self._llms]]
        return succeeded(await self.turn.all(works))

    async def _rewritten(self, item: ITSItem, llm: LLM | None) -> ITSItem:
        """Return the item with the query that `llm` makes of it; None for the query itself."""
        task = as_text(item.input)
        if llm is None:
            return item.derived(output=task)
        asked = filled(self.config.query_generation_template, task=task, motivation=motivation(item))
        query = (await llm.ainvoke(asked)).text
        if not query:
            raise Unavailable(f"LLM {llm.name!r} replied without a query; try again, or allow it more tokens")
        return item.derived(output=query)
