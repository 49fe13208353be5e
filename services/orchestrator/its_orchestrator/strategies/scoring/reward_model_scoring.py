"""Reward model scoring: the reward service says how good each answer is."""

from pydantic import Field

from its_orchestrator.components.builder import Builder
from its_orchestrator.components.config import ITSStrategyBaseConfig
from its_orchestrator.components.item import ITSItem
from its_orchestrator.components.register import register_its_strategy
from its_orchestrator.components.stages import PipelineTypeEnum, StageTypeEnum
from its_orchestrator.components.strategy_base import StrategyBase


class RewardModelScoringConfig(ITSStrategyBaseConfig, name="reward_model_scoring"):
    """Parameters of reward_model_scoring."""

    reward_model: str = Field(default="", description="The reward service's model. Empty: its default one.")


@register_its_strategy(config_type=RewardModelScoringConfig)
class RewardModelScoring(StrategyBase[RewardModelScoringConfig]):
    """Have the reward service score all candidates in one call, within its own range of scores."""

    stage = StageTypeEnum.SCORING
    pipelines = tuple(PipelineTypeEnum)

    async def build_components(self, builder: Builder) -> None:
        self._rewards = builder.get_rewards(self.config.reward_model)

    async def ainvoke(
        self,
        items: list[ITSItem],
        original_prompt: str | None = None,
        agent_context: str | None = None,
        **kwargs: object,
    ) -> list[ITSItem]:
        verdicts = await self._rewards.score(original_prompt or "", [one.text for one in items])
        return [_scored(item, said) for item, said in zip(items, verdicts, strict=True)]


def _scored(item: ITSItem, said: float | str) -> ITSItem:
    if isinstance(said, str):
        return item.derived(score=None, feedback=f"not scored: {said}")
    return item.derived(score=said)
