"""Output merging: a model writes one result from all of them."""

import json
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError

from its_orchestrator.components.builder import Builder
from its_orchestrator.components.config import ITSStrategyBaseConfig
from its_orchestrator.components.item import ITSItem
from its_orchestrator.components.references import LLMRef
from its_orchestrator.components.register import register_its_strategy
from its_orchestrator.components.stages import PipelineTypeEnum, StageTypeEnum
from its_orchestrator.components.strategy_base import StrategyBase
from its_orchestrator.components.template import filled, variables
from its_orchestrator.strategies._judge import Fence, Form, ruled
from its_orchestrator.strategies._marks import after_last
from its_orchestrator.strategies._prompts import MERGING
from its_runtime.errors import Unmet


class LLMBasedOutputMergingConfig(
    ITSStrategyBaseConfig, name="llm_based_agent_output_merging", aliases=("llm_based_output_merging_selector",)
):
    """Parameters of llm_based_agent_output_merging."""

    selection_llm: LLMRef = Field(description="The LLM that merges.")
    selection_template: Annotated[str, variables("pipeline_type", "objective", "input", "results")] = Field(
        default=MERGING, description="What it is asked: {pipeline_type}, {objective}, {input}, {results}."
    )
    output_parser: Literal["json"] | None = Field(
        default=None, description="How the merged text is read; results that are no texts are read as JSON anyway."
    )


@register_its_strategy(config_type=LLMBasedOutputMergingConfig)
class LLMBasedOutputMerging(StrategyBase[LLMBasedOutputMergingConfig]):
    """Merge all results into one new item, in the type that they have."""

    stage = StageTypeEnum.SELECTION
    pipelines = (PipelineTypeEnum.AGENT_EXECUTION, PipelineTypeEnum.PLANNING)

    async def build_components(self, builder: Builder) -> None:
        self._llm = await builder.get_llm(self.config.selection_llm)

    async def ainvoke(
        self,
        items: list[ITSItem],
        original_prompt: str | None = None,
        agent_context: str | None = None,
        **kwargs: object,
    ) -> list[ITSItem]:
        texts = [one.text for one in items]
        fence = Fence(*texts)
        asked = filled(
            self.config.selection_template,
            pipeline_type=str(self.pipeline_type or ""),
            objective=agent_context or "",
            input=original_prompt or "",
            results=fence.numbered(texts),
        )
        merged = (await ruled(self._llm, fence, asked, FORM)).verdict
        planning = self.pipeline_type is PipelineTypeEnum.PLANNING
        return [ITSItem(input=original_prompt, plan=merged if planning else None, output=self._typed(merged, items))]

    def _typed(self, merged: str, items: list[ITSItem]) -> Any:  # noqa: ANN401  (results have any type)
        """Return the merged text in the type that all results have. Raises Unmet when it can't be read as such."""
        kinds: list[Any] = list({type(one.output) for one in items if one.output is not None})
        kind: Any = kinds[0] if len(kinds) == 1 else Any
        if self.config.output_parser is None and (kind is str or not kinds):
            return merged
        try:
            return TypeAdapter(Any if kind is str else kind).validate_python(json.loads(_unfenced(merged)))
        except (ValueError, ValidationError) as error:
            name = getattr(kind, "__name__", "JSON")
            raise Unmet(f"what LLM {self._llm.name!r} merged can't be read as {name}, which the results are") from error


def _merged(said: str) -> str | None:
    return after_last("MERGED OUTPUT", said) or None


FORM = Form("MERGED OUTPUT: <the merged result>", _merged, {"type": "string"})


def _unfenced(text: str) -> str:
    """Return what stands in a block of code, or the text where there is none."""
    return text.strip().removeprefix("```json").removeprefix("```").removesuffix("```")
