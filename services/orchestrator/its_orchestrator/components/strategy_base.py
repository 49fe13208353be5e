"""The base of strategies: what each of them says of itself, and does."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Generic, TypeVar

from its_orchestrator.components.builder import Builder
from its_orchestrator.components.config import ITSStrategyBaseConfig
from its_orchestrator.components.item import ITSItem
from its_orchestrator.components.stages import PipelineTypeEnum, StageTypeEnum
from its_orchestrator.components.turn import Turn, current
from its_runtime.errors import ItsError, Unmet

Config = TypeVar("Config", bound=ITSStrategyBaseConfig)


class StrategyBase(ABC, Generic[Config]):
    """Works on the items of one run: a run builds its own, so that fields belong to that run alone."""

    stage: StageTypeEnum = StageTypeEnum.CUSTOM
    """What `stage_type` says, unless it is overridden."""
    pipelines: Sequence[PipelineTypeEnum] = ()
    """What `supported_pipeline_types` says, unless it is overridden."""
    needs_scores: bool = False
    """Whether a scorer must stand before it."""
    gives_scores: bool = False
    """Whether items have scores after it; scorers always say so."""
    may_keep_none: bool = False
    """Whether a selection may come out empty."""
    may_start_empty: bool = False
    """Whether it has something to do without any item."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.gives_scores = self.gives_scores or self.stage_type() is StageTypeEnum.SCORING
        self.pipeline_type: PipelineTypeEnum | None = None

    async def build_components(self, builder: Builder) -> None:
        """Resolve what the strategy needs, such as `await builder.get_llm(self.config.scoring_llm)`."""

    @abstractmethod
    async def ainvoke(
        self,
        items: list[ITSItem],
        original_prompt: str | None = None,
        agent_context: str | None = None,
        **kwargs: object,
    ) -> list[ITSItem]:
        """Return the items after this stage. Raises an ItsError when nothing can be returned."""

    def supported_pipeline_types(self) -> list[PipelineTypeEnum]:
        """Return the pipelines that it can be part of."""
        return list(self.pipelines)

    def stage_type(self) -> StageTypeEnum:
        """Return its stage."""
        return self.stage

    def set_pipeline_type(self, pipeline_type: PipelineTypeEnum) -> None:
        """Be part of a pipeline of this type. Raises Unmet when it can't."""
        if pipeline_type not in self.supported_pipeline_types():
            able = ", ".join(self.supported_pipeline_types())
            raise Unmet(f"{type(self).__name__} can't be part of a {pipeline_type} pipeline; it can of {able}")
        self.pipeline_type = pipeline_type

    @property
    def turn(self) -> Turn:
        """The work at hand: `self.turn.each(items, work)` does it for all items at once, and reports each."""
        return current()


def succeeded(results: Sequence[ITSItem | ItsError]) -> list[ITSItem]:
    """Return the items among results, in their order."""
    return [one for one in results if isinstance(one, ITSItem)]


def failures(results: Sequence[ITSItem | ItsError]) -> list[ItsError]:
    """Return the errors among results, in their order."""
    return [one for one in results if isinstance(one, ItsError)]
