"""Settings of the reward service: the section `reward` of its.yaml."""

import re
from pathlib import Path
from typing import Annotated, Any, Literal

from jsonschema.exceptions import SchemaError
from jsonschema.validators import validator_for
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from its_models import UnknownModelError, model_folder
from its_reward.aggregate import Aggregation
from its_runtime.config import ConfigError
from its_runtime.masking import bare
from its_runtime.settings import Port, ServiceSettings


class ScorerSettings(BaseModel):
    """What every reward model has in common."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class StepScorerSettings(ScorerSettings):
    """A reward model that values steps."""

    aggregation: Aggregation | None = Field(
        default=None, description="How step values become a score where a request doesn't say; default: the scorer's."
    )


class EngineSettings(StepScorerSettings):
    """A reward model that is a language model, and the engine that runs it."""

    engine: Literal["embedded", "vllm"] = Field(default="embedded", description="What computes the logits.")
    folder: str = Field(min_length=1, description="Name of a model that ships with its, or a path.")
    threads: int = Field(default=1, ge=1, le=256, description="Threads of the embedded engine.")
    max_batch_tokens: int = Field(default=4096, ge=1, description="Most tokens, padding included, of one forward.")
    cache_bytes: int = Field(default=64 << 20, ge=0, description="Memory for keys and values of prefixes; 0: none.")
    engine_options: dict[str, Any] = Field(default={}, description="Further options, as the vLLM engine knows them.")


class LikelihoodSettings(EngineSettings):
    """Step likelihood under a reference model."""

    scorer: Literal["likelihood"]
    policy: str | None = Field(default=None, description="Folder of the policy; with it, the score is a density ratio.")


class ProcessSettings(EngineSettings):
    """Verdict tokens, or a process-reward head; the folder's reward.json says which."""

    scorer: Literal["process"]


class RulesSettings(ScorerSettings):
    """A rule that a program checks."""

    scorer: Literal["rules"]
    rule: Literal["math", "regex", "json_schema"] = Field(default="math", description="What is checked.")
    pattern: str = Field(default="", description="With regex: what must be found in the text.")
    json_schema: dict[str, Any] = Field(default={}, description="With json_schema: what the text must satisfy.")
    seconds: float = Field(default=2.0, gt=0, le=60, description="Longest time for one answer.")
    workers: int = Field(default=2, ge=1, le=64, description="Processes that check.")

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, pattern: str) -> str:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"no regular expression: {error}") from error
        return pattern

    @field_validator("json_schema")
    @classmethod
    def _is_schema(cls, schema: dict[str, Any]) -> dict[str, Any]:
        try:
            validator_for(schema).check_schema(schema)  # pyright: ignore[reportUnknownMemberType]
        except SchemaError as error:
            raise ValueError(f"no JSON schema: {error.message}") from error
        return schema

    @model_validator(mode="after")
    def _has_what_it_checks(self) -> "RulesSettings":
        needed = {"regex": self.pattern, "json_schema": self.json_schema}
        if not needed.get(self.rule, True):
            field = "pattern" if self.rule == "regex" else "json_schema"
            raise ValueError(f"rule {self.rule} needs {field}")
        return self


class JudgeSettings(ScorerSettings):
    """A language model behind OpenAI's protocol that grades answers."""

    scorer: Literal["judge"]
    url: Annotated[str, AfterValidator(bare)] = Field(
        pattern="^https?://", description="Base URL, such as http://127.0.0.1:8000/v1."
    )
    model: str = Field(min_length=1, description="Name of the model there.")
    key_variable: str | None = Field(default=None, description="Environment variable that holds the API key.")
    criteria: str = Field(default="Is the answer correct, complete and well reasoned?", description="What to grade by.")
    temperature: float = Field(default=0.0, ge=0, le=2, description="Of the judge's verdict.")
    max_tokens: int = Field(default=1024, ge=16, description="Longest verdict.")
    concurrency: int = Field(default=8, ge=1, le=1024, description="Most calls at once.")
    seconds: float = Field(default=60.0, gt=0, description="Longest wait for one verdict.")


class RewardHubSettings(StepScorerSettings):
    """A reward model loaded by reward-hub's AutoRM."""

    scorer: Literal["reward_hub"]
    model: str = Field(min_length=1, description="Name, as AutoRM knows it.")
    load_method: Literal["hf", "vllm", "openai"] = Field(default="hf", description="AutoRM's second argument.")
    options: dict[str, Any] = Field(default={}, description="Further keyword arguments of AutoRM.load.")


AnyScorerSettings = Annotated[
    LikelihoodSettings | ProcessSettings | RulesSettings | JudgeSettings | RewardHubSettings,
    Field(discriminator="scorer"),
]

TINY = LikelihoodSettings(scorer="likelihood", folder="its-tiny-reward")


class Settings(ServiceSettings):
    """The reward service."""

    port: Port = Field(default=50053, description="Port to listen on; 0 takes a free one.")
    models: dict[str, AnyScorerSettings] = Field(
        default={"its-tiny-reward": TINY}, min_length=1, description="Reward models by name; the first is the default."
    )


def folder_path(folder: str) -> Path:
    """Return the folder of a model: a path where there is one, otherwise a model that ships with its.

    Raises:
        ConfigError: if there is neither.
    """
    try:
        return Path(folder) if Path(folder).is_dir() else model_folder(folder)
    except UnknownModelError as error:
        raise ConfigError(f"reward: {folder!r} is no folder, and {error}") from error
