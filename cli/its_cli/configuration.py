"""The whole of its.yaml, as one model of the four services' own settings."""

from pydantic import BaseModel, ConfigDict, Field

from its_gateway.settings import Settings as Gateway
from its_generator.settings import Settings as Generator
from its_orchestrator.settings import Settings as Orchestrator
from its_reward.settings import Settings as Reward


class Configuration(BaseModel):
    """its.yaml: one section for each process; what is absent takes its default."""

    model_config = ConfigDict(extra="forbid", frozen=True, title="its.yaml")

    generator: Generator = Field(default_factory=Generator, description="The process that owns the models.")
    reward: Reward = Field(default_factory=Reward, description="The process that scores answers.")
    orchestrator: Orchestrator = Field(default_factory=Orchestrator, description="The process that searches.")
    gateway: Gateway = Field(default_factory=Gateway, description="The process that speaks OpenAI's protocol.")
