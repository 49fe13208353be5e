"""The section `reward` of its.yaml."""

import shutil
from importlib.util import find_spec

import pytest

from its_models import model_folder
from its_reward.models import open_models
from its_reward.settings import LikelihoodSettings, Settings
from its_runtime.config import ConfigError, ConfigFile

WRONG = {
    "unknown scorer": ("{scorer: vibes}", "vibes"),
    "unknown field": ("{scorer: likelihood, folder: x, colour: red}", "unknown key"),
    "regex without a pattern": ("{scorer: rules, rule: regex}", "needs pattern"),
    "a pattern that is none": ("{scorer: rules, rule: regex, pattern: '('}", "no regular expression"),
    "a schema that is none": ("{scorer: rules, rule: json_schema, json_schema: {type: 7}}", "no JSON schema"),
    "a judge without a URL": ("{scorer: judge, url: somewhere, model: m}", "url"),
}

UNUSABLE = {
    "no such folder": ({"scorer": "likelihood", "folder": "nowhere"}, "'nowhere' is no folder"),
    "no verdict tokens": ({"scorer": "process", "folder": "its-tiny-reward"}, "reward.json"),
    "no key": ({"scorer": "judge", "url": "http://x/v1", "model": "m", "key_variable": "NOT_SET"}, "NOT_SET"),
}


def test_without_a_file_the_shipped_model_is_served():
    settings = ConfigFile(None).section("reward", Settings, {})

    assert (settings.host, settings.port) == ("127.0.0.1", 50053)
    assert settings.models == {"its-tiny-reward": LikelihoodSettings(scorer="likelihood", folder="its-tiny-reward")}


def test_the_environment_overrides_a_field():
    assert ConfigFile(None).section("reward", Settings, {"ITS_REWARD_PORT": "7"}).port == 7


@pytest.mark.parametrize(("written", "said"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told_with_its_line(tmp_path, written, said):
    file = tmp_path / "its.yaml"
    file.write_text(f"reward:\n  models:\n    mine: {written}\n")

    with pytest.raises(ConfigError, match=said) as caught:
        ConfigFile(file).section("reward", Settings, {})
    assert "its.yaml:3:" in str(caught.value)


@pytest.mark.parametrize(("model", "said"), UNUSABLE.values(), ids=UNUSABLE)
async def test_a_model_that_can_not_be_opened_says_why(model, said):
    with pytest.raises(ConfigError, match=said):
        async with open_models(Settings.model_validate({"models": {"mine": model}})):
            pass


async def test_a_ratio_of_models_with_different_tokenizers_is_refused(tmp_path):
    other = tmp_path / "other"
    shutil.copytree(model_folder("its-tiny"), other)
    (other / "tokenizer.json").write_text((other / "tokenizer.json").read_text() + "\n")
    ratio = {"scorer": "likelihood", "folder": "its-tiny-reward", "policy": str(other)}

    with pytest.raises(ConfigError, match="needs one tokenizer"):
        async with open_models(Settings.model_validate({"models": {"ratio": ratio}})):
            pass


@pytest.mark.skipif(find_spec("reward_hub") is not None, reason="reward-hub is installed")
async def test_reward_hub_names_its_extra_where_it_is_missing():
    hub = {"scorer": "reward_hub", "model": "internlm/internlm2-7b-reward"}

    with pytest.raises(ConfigError, match=r"its-reward\[reward-hub\]"):
        async with open_models(Settings.model_validate({"models": {"hub": hub}})):
            pass
