"""What a pipeline needs of a strategy; `StrategyBase` is what one is made from."""

from typing import Protocol

from its_orchestrator.components.item import ITSItem
from its_orchestrator.components.stages import PipelineTypeEnum, StageTypeEnum


class Strategy(Protocol):
    """One way to do one stage of a pipeline."""

    needs_scores: bool
    """Whether a scorer must stand before it."""
    gives_scores: bool
    """Whether items have scores after it."""
    may_keep_none: bool
    """Whether no item may be left after it."""
    may_start_empty: bool
    """Whether it has something to do without any item."""

    async def ainvoke(
        self,
        items: list[ITSItem],
        original_prompt: str | None = None,
        agent_context: str | None = None,
        **kwargs: object,
    ) -> list[ITSItem]:
        """Return the items after this stage."""
        ...

    def supported_pipeline_types(self) -> list[PipelineTypeEnum]:
        """Return the pipelines that it can be part of."""
        ...

    def stage_type(self) -> StageTypeEnum:
        """Return its stage."""
        ...

    def set_pipeline_type(self, pipeline_type: PipelineTypeEnum) -> None:
        """Be part of a pipeline of this type."""
        ...
