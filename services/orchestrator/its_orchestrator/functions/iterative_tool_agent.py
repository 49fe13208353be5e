"""Iterative tool agent: a language model that uses tools, several at once, until it knows the answer.

Yao et al. 2022, "ReAct: Synergizing Reasoning and Acting in Language Models", section 2, https://arxiv.org/abs/2210.03629;
here each action is a list of tasks for tool orchestration.
"""

from collections.abc import AsyncGenerator

from pydantic import Field

from its_orchestrator.components.builder import Builder
from its_orchestrator.components.config import FunctionBaseConfig
from its_orchestrator.components.failing import misconfigured
from its_orchestrator.components.function import FunctionInfo
from its_orchestrator.components.references import FunctionRef, LLMRef
from its_orchestrator.components.register import register_function
from its_orchestrator.functions._agent import Agent
from its_orchestrator.functions._tool_use import ToolUse
from its_orchestrator.functions._tools import described, tools_of


class IterativeToolOrchestrationAgentConfig(FunctionBaseConfig, name="iterative_tool_orchestration_agent"):
    """Parameters of iterative_tool_orchestration_agent."""

    llm_name: LLMRef = Field(description="The LLM that decides.")
    orchestrator_fn: FunctionRef = Field(description="The function that uses tools: an its_tool_orchestration.")
    max_iterations: int = Field(default=8, ge=1, description="How often tools are used at most.")
    min_iterations: int = Field(default=1, ge=0, description="How often tools are used at least.")
    max_retries: int = Field(default=3, ge=0, description="How often a reply that can't be read is asked for again.")
    max_history: int = Field(default=10, ge=1, description="Iterations that the LLM remembers.")
    description: str = Field(
        default="Answers a question with the help of tools.", min_length=1, description="What the function does."
    )


@register_function(config_type=IterativeToolOrchestrationAgentConfig)
async def iterative_tool_orchestration_agent(
    config: IterativeToolOrchestrationAgentConfig, builder: Builder
) -> AsyncGenerator[FunctionInfo]:
    """Have a language model use tools, several at once, in a loop until it gives a final answer."""
    orchestrator = await builder.get_function(config.orchestrator_fn)
    if orchestrator.info.input_type != list[ToolUse]:
        message = f"function {orchestrator.name!r} takes no list of uses of tools; name an its_tool_orchestration"
        raise misconfigured(("orchestrator_fn",), message)
    if config.min_iterations > config.max_iterations:
        raise misconfigured(("min_iterations",), "it is more than max_iterations")
    agent = Agent(
        llm=await builder.get_llm(config.llm_name),
        orchestrator=orchestrator,
        tools=described(await tools_of(builder, orchestrator)),
        iterations=(config.min_iterations, config.max_iterations),
        retries=config.max_retries,
        history=config.max_history,
    )

    async def answer(question: str) -> str:
        return await agent.answer(question)

    yield FunctionInfo.from_fn(answer, description=config.description)
