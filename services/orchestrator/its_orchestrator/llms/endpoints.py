"""Endpoints that speak OpenAI's protocol, under the names that configurations give them."""

from collections.abc import AsyncGenerator, Mapping
from os import environ
from typing import Annotated, ClassVar

from pydantic import AfterValidator, AliasChoices, ConfigDict, Field, SecretStr

from its_orchestrator.components.failing import misconfigured
from its_orchestrator.components.llm import Provider
from its_orchestrator.components.register import register_llm_provider
from its_orchestrator.components.supplies import Supplies
from its_orchestrator.llms.access import Access
from its_orchestrator.llms.settings import ModelConfig
from its_runtime.errors import Unmet
from its_runtime.masking import bare


class EndpointConfig(ModelConfig):
    """One model of one endpoint. Its key goes to that endpoint and nowhere else."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    home: ClassVar[str] = ""
    """The endpoint that `home_key` belongs to; empty for a type without one."""
    home_key: ClassVar[str] = ""
    """The environment variable that is read where neither api_key nor base_url is given."""

    model_name: str = Field(
        validation_alias=AliasChoices("model_name", "model"), min_length=1, description="The endpoint's model."
    )
    base_url: Annotated[str, AfterValidator(bare)] | None = Field(
        default=None, description="Where the endpoint is, such as http://127.0.0.1:8000/v1."
    )
    api_key: SecretStr | None = Field(default=None, description="The key; write ${VARIABLE}, not the key itself.")
    seed: int | None = Field(default=None, ge=0, description="A seed for every call, in place of the run's own.")
    max_retries: int = Field(default=2, ge=0, description="How often a failed call is tried again.")
    structured_outputs: bool = Field(default=False, description="Whether replies can be held to a JSON schema.")

    def access(self, environment: Mapping[str, str] = environ) -> Access:
        """Return where the endpoint is, and its key. Raises Unmet when either is missing."""
        url = self.base_url or self.home
        if not url:
            raise misconfigured(("base_url",), "this type has no endpoint of its own; name one")
        return Access(url, self._key(environment))

    def _key(self, environment: Mapping[str, str]) -> str:
        """Return the given key, or that of the type's own endpoint, which goes nowhere else."""
        if self.api_key is not None:
            return self.api_key.get_secret_value()
        if self.base_url not in {None, self.home}:
            return "none"
        return _required(environment, self.home_key, self.home)


class OpenAIConfig(EndpointConfig, name="openai"):
    """A model of OpenAI, or of any server that speaks its protocol."""

    home = "https://api.openai.com/v1"
    home_key = "OPENAI_API_KEY"


class NIMConfig(EndpointConfig, name="nim"):
    """A model behind an NVIDIA NIM, hosted or one's own."""

    home = "https://integrate.api.nvidia.com/v1"
    home_key = "NVIDIA_API_KEY"


class LiteLLMConfig(EndpointConfig, name="litellm"):
    """A model behind a LiteLLM proxy."""


class AzureOpenAIConfig(EndpointConfig, name="azure_openai"):
    """A deployment of Azure OpenAI."""

    model_name: str = Field(
        validation_alias=AliasChoices("azure_deployment", "model_name", "model"),
        min_length=1,
        description="The deployment.",
    )
    azure_endpoint: Annotated[str, AfterValidator(bare)] = Field(
        min_length=1, description="The resource, such as https://name.openai.azure.com."
    )
    api_version: str = Field(default="2025-04-01-preview", description="Version of Azure's protocol.")
    home_key = "AZURE_OPENAI_API_KEY"

    def access(self, environment: Mapping[str, str] = environ) -> Access:
        key = self.api_key.get_secret_value() if self.api_key else None
        key = key or _required(environment, self.home_key, self.azure_endpoint)
        return Access(self.azure_endpoint, key, self.api_version)


def _required(environment: Mapping[str, str], name: str, endpoint: str) -> str:
    if not environment.get(name):
        raise Unmet(f"{name} isn't set; set it to the key of {endpoint}, or give api_key")
    return environment[name]


async def endpoint(config: EndpointConfig, supplies: Supplies) -> AsyncGenerator[Provider]:
    """Ask a model over OpenAI's protocol."""
    from its_orchestrator.llms.endpoint import Endpoint, client  # noqa: PLC0415  (the SDK takes long to load)

    async with client(config.access(), config) as opened:
        yield Endpoint(opened, config)


for kind in (OpenAIConfig, NIMConfig, LiteLLMConfig, AzureOpenAIConfig):
    register_llm_provider(config_type=kind)(endpoint)
