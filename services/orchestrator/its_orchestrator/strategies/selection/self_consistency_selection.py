"""Self-consistency: the final answer that most candidates arrive at, whatever their reasoning.

Wang et al. 2022, "Self-Consistency Improves Chain of Thought Reasoning in Language Models", section 2.
https://arxiv.org/abs/2203.11171
"""

from its_orchestrator.components.config import ITSStrategyBaseConfig
from its_orchestrator.components.item import ITSItem
from its_orchestrator.components.register import register_its_strategy
from its_orchestrator.components.stages import PipelineTypeEnum, StageTypeEnum
from its_orchestrator.components.strategy_base import StrategyBase
from its_orchestrator.strategies._votes import elected


class SelfConsistencySelectionConfig(ITSStrategyBaseConfig, name="self_consistency_selection"):
    """Parameters of self_consistency_selection: there are none."""


@register_its_strategy(config_type=SelfConsistencySelectionConfig)
class SelfConsistencySelection(StrategyBase[SelfConsistencySelectionConfig]):
    r"""Keep the first candidate whose final answer, such as \\boxed{4}, is the most frequent; equal values are equal.

    Candidates without a final answer have no vote while others have one; where none has, whole texts vote.
    """

    stage = StageTypeEnum.SELECTION
    pipelines = tuple(PipelineTypeEnum)

    async def ainvoke(
        self,
        items: list[ITSItem],
        original_prompt: str | None = None,
        agent_context: str | None = None,
        **kwargs: object,
    ) -> list[ITSItem]:
        equivalence = self.turn.session.equivalence
        found = [(one, equivalence.extract(one.text)) for one in items]
        ballots = [(one, answer) for one, answer in found if answer] or [(one, one.text.strip()) for one in items]
        places = await equivalence.groups([answer for _, answer in ballots])
        return [elected(self.turn, [[ballots[place][0] for place in group] for group in places], "first")]
