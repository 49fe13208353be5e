"""LLM as a judge and editor: one model says what is wrong with a plan, another one rewrites it."""

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
from its_orchestrator.strategies._prompts import FEEDBACK, FEEDBACK_EDITING


class LLMAsAJudgeEditorConfig(ITSStrategyBaseConfig, name="llm_as_a_judge_editor"):
    """Parameters of llm_as_a_judge_editor."""

    feedback_llm: LLMRef = Field(description="The LLM that says what is wrong.")
    editing_llm: LLMRef = Field(description="The LLM that rewrites.")
    num_feedback: int = Field(default=10, ge=1, le=100, description="Most points of feedback.")
    feedback_template: Annotated[str, variables("context", "original_prompt", "plan", "num_feedback")] = Field(
        default=FEEDBACK, description="What the first is asked: {context}, {original_prompt}, {plan}, {num_feedback}."
    )
    editor_template: Annotated[str, variables("context", "original_prompt", "plan", "feedback")] = Field(
        default=FEEDBACK_EDITING,
        description="What the second is asked: {context}, {original_prompt}, {plan}, {feedback}.",
    )


@register_its_strategy(config_type=LLMAsAJudgeEditorConfig)
class LLMAsAJudgeEditor(StrategyBase[LLMAsAJudgeEditorConfig]):
    """Rewrite each plan by the feedback of a judge; without feedback a plan stays what it is."""

    stage = StageTypeEnum.EDITING
    pipelines = (PipelineTypeEnum.PLANNING,)

    async def build_components(self, builder: Builder) -> None:
        self._judge = await builder.get_llm(self.config.feedback_llm)
        self._editor = await builder.get_llm(self.config.editing_llm)

    async def ainvoke(
        self,
        items: list[ITSItem],
        original_prompt: str | None = None,
        agent_context: str | None = None,
        **kwargs: object,
    ) -> list[ITSItem]:
        common = {"context": agent_context or "", "original_prompt": original_prompt or ""}

        async def edit(item: ITSItem) -> ITSItem:
            words = {**common, "plan": as_text(item.plan)}
            number = str(self.config.num_feedback)
            asked = filled(self.config.feedback_template, **words, num_feedback=number)
            if not (feedback := (await self._judge.ainvoke(asked)).text):
                return item
            said = (await self._editor.ainvoke(filled(self.config.editor_template, **words, feedback=feedback))).text
            return item.derived(plan=after_first("EDITED PLAN", said) or item.plan, feedback=feedback)

        return await edited(self.turn, items, edit)
