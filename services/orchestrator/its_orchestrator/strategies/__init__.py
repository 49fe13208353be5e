"""Strategies: the four stages of a pipeline, and every name that it takes to write one.

A strategy is a configuration, a class, and a decorator that gives it its `_type`. Everything is imported from here:

    from its_orchestrator.strategies import (
        Builder, ITSItem, ITSStrategyBaseConfig, LLMRef, PipelineTypeEnum, StageTypeEnum, StrategyBase,
        register_its_strategy,
    )

    class ShortestConfig(ITSStrategyBaseConfig, name="shortest_selection"):
        most: int = 1

    class Shortest(StrategyBase):
        async def ainvoke(self, items, original_prompt=None, agent_context=None, **kwargs):
            return sorted(items, key=lambda item: len(item.text))[: self.config.most]

        def supported_pipeline_types(self):
            return [PipelineTypeEnum.PLANNING]

        def stage_type(self):
            return StageTypeEnum.SELECTION

    @register_its_strategy(config_type=ShortestConfig)
    async def register_shortest(config: ShortestConfig, builder: Builder):
        strategy = Shortest(config)
        await strategy.build_components(builder)
        yield strategy

The decorator also takes the class itself. What each stage promises:

- search returns at least one item, or raises; editing keeps number, order and identity; scoring changes `score` and
  `feedback` only; selection returns a non-empty part of the items in their order, or one item merged from them.
- Items are never changed in place: `item.derived(score=7.0)` makes another one that remembers where it came from.
- `self.turn.each(items, work)` works on all items at once; what fails comes back as an error in its item's place.
- `await builder.get_llm(name)` in `build_components` returns an LLM of the run at hand: its calls keep to the run's
  budget and seeds, and stand in its ledger. A run builds its own strategies, so fields belong to that run alone.
- Chance comes from `self.turn.rng()`, and what users should know goes to `self.turn.warn(...)`.

A package of yours brings them by an entry point that names the module to import:
`[project.entry-points."its.components"]` `mine = "my_package.register"`.
"""

from its_orchestrator.components.builder import Builder
from its_orchestrator.components.config import (
    FunctionBaseConfig,
    FunctionGroupBaseConfig,
    ITSStrategyBaseConfig,
    LLMBaseConfig,
)
from its_orchestrator.components.function import Function, FunctionInfo
from its_orchestrator.components.item import ITSItem, Origin
from its_orchestrator.components.llm import LLM, Reply
from its_orchestrator.components.pipeline import Pipeline
from its_orchestrator.components.references import FunctionRef, ITSStrategyRef, LLMRef
from its_orchestrator.components.register import (
    register_function,
    register_function_group,
    register_its_strategy,
    register_llm_provider,
    register_ttc_strategy,
)
from its_orchestrator.components.registry import REGISTRY, TypeRegistry
from its_orchestrator.components.session import Session
from its_orchestrator.components.stages import PipelineTypeEnum, StageTypeEnum
from its_orchestrator.components.strategy_base import StrategyBase, failures, succeeded
from its_orchestrator.components.template import filled, variables
from its_orchestrator.strategies.editing.iterative_plan_refinement import (
    IterativePlanRefinement,
    IterativePlanRefinementConfig,
)
from its_orchestrator.strategies.editing.llm_as_a_judge_editor import LLMAsAJudgeEditor, LLMAsAJudgeEditorConfig
from its_orchestrator.strategies.editing.motivation_aware_editing import (
    MotivationAwareSummarization,
    MotivationAwareSummarizationConfig,
)
from its_orchestrator.strategies.scoring.llm_based_agent_scoring import LLMBasedAgentScoring, LLMBasedAgentScoringConfig
from its_orchestrator.strategies.scoring.llm_based_plan_scoring import LLMBasedPlanScoring, LLMBasedPlanScoringConfig
from its_orchestrator.strategies.scoring.motivation_aware_scoring import (
    MotivationAwareScoring,
    MotivationAwareScoringConfig,
)
from its_orchestrator.strategies.scoring.reward_model_scoring import RewardModelScoring, RewardModelScoringConfig
from its_orchestrator.strategies.search.its_algorithm import ItsAlgorithm, ItsAlgorithmConfig
from its_orchestrator.strategies.search.multi_llm_generation import MultiLLMGeneration, MultiLLMGenerationConfig
from its_orchestrator.strategies.search.multi_llm_plan import MultiLLMPlan, MultiLLMPlanConfig
from its_orchestrator.strategies.search.multi_query_retrieval_search import (
    MultiQueryRetrievalSearch,
    MultiQueryRetrievalSearchConfig,
)
from its_orchestrator.strategies.search.single_shot_multi_plan import SingleShotMultiPlan, SingleShotMultiPlanConfig
from its_orchestrator.strategies.selection.best_of_n_selection import BestOfNSelection, BestOfNSelectionConfig
from its_orchestrator.strategies.selection.llm_based_agent_output_merging import (
    LLMBasedOutputMerging,
    LLMBasedOutputMergingConfig,
)
from its_orchestrator.strategies.selection.llm_based_agent_output_selection import (
    LLMBasedAgentOutputSelection,
    LLMBasedAgentOutputSelectionConfig,
)
from its_orchestrator.strategies.selection.llm_based_plan_selection import (
    LLMBasedPlanSelection,
    LLMBasedPlanSelectionConfig,
)
from its_orchestrator.strategies.selection.llm_judge_selection import LLMJudgeSelection, LLMJudgeSelectionConfig
from its_orchestrator.strategies.selection.majority_voting_selection import (
    MajorityVotingSelection,
    MajorityVotingSelectionConfig,
)
from its_orchestrator.strategies.selection.pairwise_tournament_selection import (
    PairwiseTournamentSelection,
    PairwiseTournamentSelectionConfig,
)
from its_orchestrator.strategies.selection.self_consistency_selection import (
    SelfConsistencySelection,
    SelfConsistencySelectionConfig,
)
from its_orchestrator.strategies.selection.threshold_selection import ThresholdSelection, ThresholdSelectionConfig

TTCItem = ITSItem
"""The later name of ITSItem."""
TTCStrategyBaseConfig = ITSStrategyBaseConfig
"""The later name of ITSStrategyBaseConfig."""
TTCStrategyRef = ITSStrategyRef
"""The later name of ITSStrategyRef."""

__all__ = [
    "LLM",
    "REGISTRY",
    "BestOfNSelection",
    "BestOfNSelectionConfig",
    "Builder",
    "Function",
    "FunctionBaseConfig",
    "FunctionGroupBaseConfig",
    "FunctionInfo",
    "FunctionRef",
    "ITSItem",
    "ITSStrategyBaseConfig",
    "ITSStrategyRef",
    "IterativePlanRefinement",
    "IterativePlanRefinementConfig",
    "ItsAlgorithm",
    "ItsAlgorithmConfig",
    "LLMAsAJudgeEditor",
    "LLMAsAJudgeEditorConfig",
    "LLMBaseConfig",
    "LLMBasedAgentOutputSelection",
    "LLMBasedAgentOutputSelectionConfig",
    "LLMBasedAgentScoring",
    "LLMBasedAgentScoringConfig",
    "LLMBasedOutputMerging",
    "LLMBasedOutputMergingConfig",
    "LLMBasedPlanScoring",
    "LLMBasedPlanScoringConfig",
    "LLMBasedPlanSelection",
    "LLMBasedPlanSelectionConfig",
    "LLMJudgeSelection",
    "LLMJudgeSelectionConfig",
    "LLMRef",
    "MajorityVotingSelection",
    "MajorityVotingSelectionConfig",
    "MotivationAwareScoring",
    "MotivationAwareScoringConfig",
    "MotivationAwareSummarization",
    "MotivationAwareSummarizationConfig",
    "MultiLLMGeneration",
    "MultiLLMGenerationConfig",
    "MultiLLMPlan",
    "MultiLLMPlanConfig",
    "MultiQueryRetrievalSearch",
    "MultiQueryRetrievalSearchConfig",
    "Origin",
    "PairwiseTournamentSelection",
    "PairwiseTournamentSelectionConfig",
    "Pipeline",
    "PipelineTypeEnum",
    "Reply",
    "RewardModelScoring",
    "RewardModelScoringConfig",
    "SelfConsistencySelection",
    "SelfConsistencySelectionConfig",
    "Session",
    "SingleShotMultiPlan",
    "SingleShotMultiPlanConfig",
    "StageTypeEnum",
    "StrategyBase",
    "TTCItem",
    "TTCStrategyBaseConfig",
    "TTCStrategyRef",
    "ThresholdSelection",
    "ThresholdSelectionConfig",
    "TypeRegistry",
    "failures",
    "filled",
    "register_function",
    "register_function_group",
    "register_its_strategy",
    "register_llm_provider",
    "register_ttc_strategy",
    "succeeded",
    "variables",
]
