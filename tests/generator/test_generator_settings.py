"""Settings that can't work are refused when the process starts, with what would."""

import pytest
from pydantic import ValidationError

from its_generator.backends.embedded import open_embedded
from its_generator.backends.openai import open_openai
from its_generator.settings import EmbeddedModel, OpenAIModel, Settings
from its_runtime.errors import Unmet


def test_without_settings_the_shipped_model_is_served():
    settings = Settings()

    assert settings.port == 50052
    assert settings.models == {"its-tiny": EmbeddedModel(folder="its-tiny")}


@pytest.mark.parametrize(
    "model",
    [
        {"backend": "embedded"},
        {"backend": "embedded", "folder": "its-tiny", "colour": "red"},
        {"backend": "abacus", "folder": "its-tiny"},
        {"folder": "its-tiny"},
        {"backend": "openai", "model": "big"},
    ],
)
def test_a_model_that_is_not_described_rightly_is_refused(model):
    with pytest.raises(ValidationError):
        Settings.model_validate({"models": {"m": model}})


def test_a_generator_serves_something():
    with pytest.raises(ValidationError, match="at least 1"):
        Settings.model_validate({"models": {}})


def test_a_folder_without_a_model_is_refused_with_those_that_ship(tmp_path):
    with pytest.raises(Unmet, match="its-tiny"), open_embedded(EmbeddedModel(folder=str(tmp_path))):
        pass


async def test_a_key_that_is_not_in_the_environment_is_asked_for():
    settings = OpenAIModel(backend="openai", base_url="http://127.0.0.1:9/v1", model="big", api_key_env="MY_KEY")

    with pytest.raises(Unmet, match="MY_KEY"):
        async with open_openai(settings, {}):
            pass
