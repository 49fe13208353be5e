"""Where language models run: the generator service, and endpoints that speak OpenAI's protocol."""

from its_orchestrator.llms.endpoints import AzureOpenAIConfig, LiteLLMConfig, NIMConfig, OpenAIConfig
from its_orchestrator.llms.served import ServedConfig

__all__ = ["AzureOpenAIConfig", "LiteLLMConfig", "NIMConfig", "OpenAIConfig", "ServedConfig"]
