"""What the configurations of all language models have in common."""

from pydantic import Field

from its_orchestrator.components.config import LLMBaseConfig


class ModelConfig(LLMBaseConfig):
    """How a model draws tokens where a call doesn't say, and how much may be asked of it."""

    temperature: float | None = Field(default=None, ge=0, le=2, description="Temperature where a call names none.")
    top_p: float | None = Field(default=None, gt=0, le=1, description="Draw from the smallest set with this mass.")
    max_tokens: int | None = Field(default=None, ge=1, description="Most tokens of one reply.")
    max_concurrency: int = Field(default=64, ge=1, description="Calls at once, of all runs together; more wait.")
    request_timeout: float = Field(default=120.0, gt=0, description="Longest that one call may take, in seconds.")
