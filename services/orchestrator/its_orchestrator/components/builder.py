"""The builder: hands the components of its.yaml to those that refer to them."""

from abc import ABC, abstractmethod

from its_orchestrator.components.config import FunctionBaseConfig, LLMBaseConfig
from its_orchestrator.components.function import Function
from its_orchestrator.components.llm import LLM
from its_orchestrator.components.rewards import Rewards
from its_orchestrator.components.session import Session
from its_orchestrator.components.stages import PipelineTypeEnum, StageTypeEnum
from its_orchestrator.components.strategy import Strategy
from its_orchestrator.components.supplies import Supplies
from its_orchestrator.running.run import Engines


class Builder(ABC):
    """Builds what one run uses, each entry once, but a strategy anew for whoever asks for it.

    `wrapper_type` is taken for the sake of code that was written for NeMo Agent Toolkit; there is one kind of LLM
    and of tool here, whatever it says. What can't be built raises Unmet naming the entry.
    """

    session: Session
    """The run."""
    supplies: Supplies
    """What all runs of the process share, such as connections."""
    engines: Engines | None
    """The generator and the reward service; None where there are none."""

    @abstractmethod
    async def get_llm(self, llm_name: str, wrapper_type: object = None) -> LLM:
        """Return the entry of `llms`."""

    @abstractmethod
    def get_rewards(self, model: str) -> Rewards:
        """Return a model of the reward service; the default one for an empty name."""

    @abstractmethod
    async def get_function(self, name: str) -> Function:
        """Return the entry of `functions`, or `group.function` of `function_groups`."""

    @abstractmethod
    async def get_functions(self, name: str) -> list[Function]:
        """Return the function, or all of the group of that name in the order of their names."""

    async def get_tool(self, fn_name: str, wrapper_type: object = None) -> Function:
        """Return the function that a model uses as a tool."""
        return await self.get_function(fn_name)

    @abstractmethod
    async def get_its_strategy(
        self, strategy_name: str, pipeline_type: PipelineTypeEnum, stage_type: StageTypeEnum
    ) -> Strategy:
        """Return a strategy of one's own. Checked in this order: that it exists, its stage, its pipeline type."""

    async def get_ttc_strategy(
        self, strategy_name: str, pipeline_type: PipelineTypeEnum, stage_type: StageTypeEnum
    ) -> Strategy:
        """Return the same as `get_its_strategy`: its later name."""
        return await self.get_its_strategy(strategy_name, pipeline_type, stage_type)

    @abstractmethod
    def get_function_config(self, name: str) -> FunctionBaseConfig:
        """Return how an entry of `functions` is configured."""

    @abstractmethod
    def get_llm_config(self, name: str) -> LLMBaseConfig:
        """Return how an entry of `llms` is configured."""
