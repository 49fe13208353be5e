"""Secrets stay where they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from its_generator.settings import OpenAIModel
from its_orchestrator.llms.endpoints import AzureOpenAIConfig, OpenAIConfig
from its_orchestrator.tools.http import HttpFunctionConfig
from its_orchestrator.tools.mcp_address import MCPServerConfig
from its_reward.settings import JudgeSettings
from its_runtime.masking import bare, masked

OPENED = "https://user:sk-password@example.org/v1"
KINDS = {
    "generator": lambda url: OpenAIModel(backend="openai", base_url=url, model="m"),
    "judge": lambda url: JudgeSettings(scorer="judge", url=url, model="m"),
    "llm": lambda url: OpenAIConfig(model_name="m", base_url=url),
    "azure": lambda url: AzureOpenAIConfig(model_name="m", azure_endpoint=url),
    "http": lambda url: HttpFunctionConfig(url=url, description="d"),
    "mcp": lambda url: MCPServerConfig(transport="streamable-http", url=url),
}


@given(st.text(), st.lists(st.text("abc", min_size=8, max_size=12), max_size=4), st.text())
def test_no_secret_is_left_in_a_text_that_others_wrote(before, secrets, after):
    said = masked(before.join([after, *secrets]), secrets)

    assert not [secret for secret in secrets if secret in said]


def test_what_is_too_short_to_be_a_secret_stays():
    assert masked("it is true", ["true"]) == "it is true"


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000/v1", "https://example.org", "http://[::1]:1/a@b"])
def test_an_address_without_a_password_is_taken_as_it_is(url):
    assert bare(url) == url


@pytest.mark.parametrize("kind", KINDS)
def test_an_address_with_a_password_in_it_is_refused_wherever_one_is_configured(kind):
    assert KINDS[kind]("https://example.org/v1")
    with pytest.raises(ValueError, match="leave user and password out of the address"):
        KINDS[kind](OPENED)
