"""The whole of its.yaml, as one model of the four services' own settings."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from its_gateway.settings import Settings as Gateway
from its_generator.settings import Settings as Generator
from its_orchestrator.settings import Settings as Orchestrator
from its_reward.settings import Settings as Reward

Components = dict[str, dict[str, Any]]
"""Entries `{_type: …, …}` by name; what each type takes is checked by the orchestrator's own blueprint."""


class Configuration(BaseModel):
    """its.yaml: one section for each process; what is absent takes its default."""

    model_config = ConfigDict(extra="forbid", frozen=True, title="its.yaml")

    generator: Generator = Field(default_factory=Generator, description="The process that owns the models.")
    reward: Reward = Field(default_factory=Reward, description="The process that scores answers.")
    orchestrator: Orchestrator = Field(default_factory=Orchestrator, description="The process that searches.")
    gateway: Gateway = Field(default_factory=Gateway, description="The process that speaks OpenAI's protocol.")
    llms: Components = Field(default={}, description="Language models, by the names that others refer to.")
    functions: Components = Field(default={}, description="Functions, by the names that requests call.")
    function_groups: Components = Field(default={}, description="Groups of functions, such as those of a tool server.")
    its_strategies: Components = Field(default={}, description="Strategies, by the names that functions refer to.")
    ttc_strategies: Components = Field(default={}, description="The later name of its_strategies.")
    workflow: dict[str, Any] = Field(default={}, description="The function called `workflow`.")
    general: dict[str, Any] = Field(default={}, description="Allowed for files of NeMo Agent Toolkit; not read here.")
    eval: dict[str, Any] = Field(default={}, description="Allowed for files of NeMo Agent Toolkit; not read here.")
