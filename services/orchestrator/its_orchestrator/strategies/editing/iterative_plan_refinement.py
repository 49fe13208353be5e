"""Iterative plan refinement: each plan is criticised and rewritten, several rounds of both.

Madaan et al. 2023, "Self-Refine: Iterative Refinement with Self-Feedback", section 2. https://arxiv.org/abs/2303.17651
"""

from typing import Annotated

from pydantic import Field

from its_orchestrator.components.builder import Builder
from its_orchestrator.components.config import ITSStrategyBaseConfig
from its_orchestrator.components.item import ITSItem, as_text
from its_orchestrator.components.references import LLMRef
from its_orchestrator.components.register import register_its_strategy
from its_orchestrator.components.stages import PipelineTypeEnum, StageTypeEnum
from its_orchestrator.components.strategy_base import StrategyBase
from its_orchestrator.components.template import filled, variables
from its_orchestrator.strategies._editing import edited
from its_orchestrator.strategies._marks import after_first
from its_orchestrator.strategies._prompts import REFINEMENT
from its_runtime.errors import ItsError


class IterativePlanRefinementConfig(ITSStrategyBaseConfig, name="iterative_plan_refinement"):
    """Parameters of iterative_plan_refinement."""

    editor_llm: LLMRef = Field(description="The LLM that criticises and edits.")
    num_iterations: int = Field(default=3, ge=1, le=100, description="Rounds of critique and edit.")
    refinement_template: Annotated[str, variables("current_plan", "original_prompt", "context")] = Field(
        default=REFINEMENT, description="What the editor is asked: {current_plan}, {original_prompt}, {context}."
    )


@register_its_strategy(config_type=IterativePlanRefinementConfig)
class IterativePlanRefinement(StrategyBase[IterativePlanRefinementConfig]):
    """Criticise each plan and edit it accordingly, several times; an empty edit keeps the plan."""

    stage = StageTypeEnum.EDITING
    pipelines = (PipelineTypeEnum.PLANNING,)

    async def build_components(self, builder: Builder) -> None:
        self._llm = await builder.get_llm(self.config.editor_llm)

    async def ainvoke(
        self,
        items: list[ITSItem],
        original_prompt: str | None = None,
        agent_context: str | None = None,
        **kwargs: object,
    ) -> list[ITSItem]:
        async def refine(item: ITSItem) -> ITSItem:
            plan, critique = as_text(item.plan), item.feedback
            for done in range(self.config.num_iterations):
                try:
                    plan, critique = await self._round(plan, original_prompt or "", agent_context or "")
                except ItsError as error:
                    if not done:
                        raise
                    self.turn.warn(f"a plan was refined {done} times only: {error.message}")
                    break
            return item.derived(plan=plan, feedback=critique)

        return await edited(self.turn, items, refine)

    async def _round(self, plan: str, prompt: str, context: str) -> tuple[str, str]:
        """Return the plan after one round, and the critique that led to it."""
        critique = (await self._llm.ainvoke(filled(CRITIQUE, plan=plan, prompt=prompt, context=context))).text
        asked = filled(self.config.refinement_template, current_plan=plan, original_prompt=prompt, context=context)
        said = (await self._llm.ainvoke(f"{asked}\n\n{filled(HEED, critique=critique)}")).text
        return after_first("EDITED PLAN", said) or plan, critique


CRITIQUE = """\
Criticise this plan; do not rewrite it. Name what is missing, out of order, needless or likely to fail, the gravest \
first, in a few lines.

The task:
{prompt}

What is known about whoever will carry the plan out:
{context}

The plan:
{plan}"""

HEED = """\
A critic said of the current plan:
{critique}"""
