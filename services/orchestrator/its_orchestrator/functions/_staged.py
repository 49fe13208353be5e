"""The strategies that a function is configured with, checked to work together."""

from its_orchestrator.components.builder import Builder
from its_orchestrator.components.failing import misconfigured
from its_orchestrator.components.pipeline import Pipeline
from its_orchestrator.components.stages import PipelineTypeEnum, StageTypeEnum
from its_orchestrator.components.strategy import Strategy
from its_runtime.errors import Unmet


async def staged(
    builder: Builder, pipeline_type: PipelineTypeEnum, **fields: tuple[str | None, StageTypeEnum]
) -> dict[str, Strategy]:
    """Return the strategies by the field that names each, in order; fields that name none are left out.

    Raises Unmet naming the field whose strategy doesn't exist, does another stage, can't be part of a pipeline of
    this type, or needs scores that nobody gives before it.
    """
    stages: dict[str, Strategy] = {}
    for field, (name, stage) in fields.items():
        if name is not None:
            stages[field] = await _one(builder, field, name, pipeline_type, stage)
    Pipeline(builder.session, stages)
    return stages


async def _one(
    builder: Builder, field: str, name: str, pipeline_type: PipelineTypeEnum, stage: StageTypeEnum
) -> Strategy:
    try:
        return await builder.get_its_strategy(name, pipeline_type, stage)
    except Unmet as error:
        raise error if error.violations else misconfigured((field,), error.message) from error
