"""A strategy of one's own: the shortest candidate is selected. Its fields are what an its.yaml may say of it."""

from collections.abc import AsyncIterator

from pydantic import Field

from its_orchestrator.strategies import (
    Builder,
    ITSItem,
    ITSStrategyBaseConfig,
    PipelineTypeEnum,
    StageTypeEnum,
    StrategyBase,
    register_its_strategy,
)


class ShortestSelectionConfig(ITSStrategyBaseConfig, name="shortest_selection"):
    """Parameters of shortest_selection."""

    most: int = Field(default=1, ge=1, description="How many candidates to keep.")


class ShortestSelection(StrategyBase[ShortestSelectionConfig]):
    """Keep the shortest candidates, in their order."""

    async def build_components(self, builder: Builder) -> None:
        """Nothing is needed; `await builder.get_llm(self.config.some_llm)` would be here."""

    def supported_pipeline_types(self) -> list[PipelineTypeEnum]:
        return [PipelineTypeEnum.PLANNING, PipelineTypeEnum.AGENT_EXECUTION, PipelineTypeEnum.CUSTOM]

    def stage_type(self) -> StageTypeEnum:
        return StageTypeEnum.SELECTION

    async def ainvoke(
        self,
        items: list[ITSItem],
        original_prompt: str | None = None,
        agent_context: str | None = None,
        **kwargs: object,
    ) -> list[ITSItem]:
        shortest = sorted(items, key=lambda item: len(item.text))[: self.config.most]
        return [item for item in items if item in shortest]


@register_its_strategy(config_type=ShortestSelectionConfig)
async def register_shortest_selection(
    config: ShortestSelectionConfig, builder: Builder
) -> AsyncIterator[ShortestSelection]:
    """Keep the shortest candidates, in their order."""
    strategy = ShortestSelection(config)
    await strategy.build_components(builder)
    yield strategy
