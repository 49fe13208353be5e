"""Functions: strategies wired around functions and tools."""

from its_orchestrator.functions.chat_completion import ChatCompletionConfig
from its_orchestrator.functions.execute_score_select import ExecuteScoreSelectFunctionConfig
from its_orchestrator.functions.execute_then_select import ExecuteThenSelectFunctionConfig
from its_orchestrator.functions.iterative_tool_agent import IterativeToolOrchestrationAgentConfig
from its_orchestrator.functions.multi_llm_judge import MultiLLMJudgeFunctionConfig
from its_orchestrator.functions.plan_select_execute import PlanSelectExecuteFunctionConfig
from its_orchestrator.functions.tool_orchestration import ITSToolOrchestrationConfig
from its_orchestrator.functions.tool_wrapper import ITSToolWrapperConfig

__all__ = [
    "ChatCompletionConfig",
    "ExecuteScoreSelectFunctionConfig",
    "ExecuteThenSelectFunctionConfig",
    "ITSToolOrchestrationConfig",
    "ITSToolWrapperConfig",
    "IterativeToolOrchestrationAgentConfig",
    "MultiLLMJudgeFunctionConfig",
    "PlanSelectExecuteFunctionConfig",
]
