"""Functions: strategies wired around functions and tools."""

from its_orchestrator.functions.chat_completion import ChatCompletionConfig
from its_orchestrator.functions.execute_score_select import ExecuteScoreSelectFunctionConfig

__all__ = ["ChatCompletionConfig", "ExecuteScoreSelectFunctionConfig"]
