"""Chat completion: a language model that answers, as a function."""

from collections.abc import AsyncGenerator

from pydantic import Field

from its_orchestrator.components.builder import Builder
from its_orchestrator.components.config import FunctionBaseConfig
from its_orchestrator.components.function import FunctionInfo
from its_orchestrator.components.references import LLMRef
from its_orchestrator.components.register import register_function
from its_orchestrator.prompt import Conversation, Message


class ChatCompletionConfig(FunctionBaseConfig, name="chat_completion"):
    """Parameters of chat_completion."""

    llm_name: LLMRef = Field(description="The LLM that answers.")
    system_prompt: str = Field(default="", description="What it is told before each question.")
    description: str = Field(default="Answers a question.", min_length=1, description="What the function does.")


@register_function(config_type=ChatCompletionConfig)
async def chat_completion(config: ChatCompletionConfig, builder: Builder) -> AsyncGenerator[FunctionInfo]:
    """Have a language model answer; its reasoning is left out."""
    llm = await builder.get_llm(config.llm_name)

    async def answer(question: str) -> str:
        told = [Message("system", (config.system_prompt,))] if config.system_prompt else []
        return (await llm.ainvoke(Conversation((*told, Message("user", (question,)))))).text

    yield FunctionInfo.from_fn(answer, description=config.description)
