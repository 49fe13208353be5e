"""its.yaml: every mistake is reported with its line, and the environment has the last word."""

import pytest
from pydantic import BaseModel, ConfigDict, Field

from its_runtime.config import ConfigError, ConfigFile
from its_runtime.settings import ServiceSettings


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid")

    folder: str
    threads: int = Field(default=1, ge=1)


class Settings(ServiceSettings):
    """A section with everything that sections have."""

    port: int = 50052
    address: str = "127.0.0.1:1"
    models: dict[str, Model] = Field(default_factory=dict)


@pytest.fixture
def written(tmp_path):
    """Write an its.yaml and read it back."""

    def write(text: str | bytes) -> ConfigFile:
        path = tmp_path / "its.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return ConfigFile(path)

    return write


def section(file: ConfigFile, **environment: str) -> Settings:
    return file.section("generator", Settings, environment)


def refusal(written, text: str | bytes, **environment: str) -> list[str]:
    with pytest.raises(ConfigError) as refused:
        section(written(text), **environment)
    return [line.rpartition("/")[2] for line in str(refused.value).splitlines()]


def test_without_a_file_the_defaults_hold():
    assert section(ConfigFile(None)).port == 50052


@pytest.mark.parametrize("text", ["", "# nothing\n", "reward: {port: 1}\n", "generator:\n"])
def test_what_is_not_written_is_the_default(written, text):
    assert section(written(text)).port == 50052


def test_a_wrong_value_is_reported_with_its_line(written):
    text = "# ours\ngenerator:\n  models:\n    tiny:\n      folder: x\n      threads: 0\n"

    assert refusal(written, text) == [
        "its.yaml:6: generator.models.tiny.threads: Input should be greater than or equal to 1"
    ]


def test_an_unknown_key_is_an_error_with_its_line(written):
    assert refusal(written, "generator:\n  prot: 1\n") == ["its.yaml:2: generator.prot: unknown key"]


def test_a_missing_key_is_reported_where_it_should_stand(written):
    text = "generator:\n  models:\n    tiny: {threads: 1}\n"

    assert refusal(written, text) == ["its.yaml:3: generator.models.tiny.folder: Field required"]


def test_all_mistakes_are_reported_at_once(written):
    assert len(refusal(written, "generator:\n  prot: 1\n  grace_seconds: -1\n  port: many\n")) == 3


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("generator:\n  port: [1\n", "its.yaml:3: "),
        ("generator:\n\tport: 1\n", "its.yaml:2: "),
        ("generator:\n  port: !secret 1\n", "its.yaml:2: "),
        ("- generator\n", "its.yaml:1: a mapping of sections"),
        ("generator: [1]\n", "its.yaml:1: generator: a mapping is expected"),
        ("\n\ngenerator: 7\n", "its.yaml:3: generator: a mapping is expected"),
        (b"generator: \xff\xfe\n", "its.yaml:1: "),
        ("generator: \x07\n", "its.yaml:1: "),
        ("a: 1\n---\nb: 2\n", "its.yaml:2: "),
    ],
)
def test_what_cannot_be_parsed_is_one_line_with_its_place(written, text, place):
    lines = refusal(written, text)

    assert len(lines) == 1
    assert lines[0].startswith(place)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"missing\.yaml: No such file"):
        ConfigFile(tmp_path / "missing.yaml")


def test_the_environment_overrides_a_field(written):
    assert section(written("generator: {port: 1}\n"), ITS_GENERATOR_PORT="2").port == 2


def test_the_environment_overrides_a_whole_mapping(written):
    settings = section(written(""), ITS_GENERATOR_MODELS="{tiny: {folder: x}}")

    assert settings.models == {"tiny": Model(folder="x")}


@pytest.mark.parametrize("text", ["[::1]:50052", "1:20", "null", "50052"])
def test_text_in_the_environment_stays_text(text):
    assert section(ConfigFile(None), ITS_GENERATOR_ADDRESS=text).address == text


def test_the_environment_of_another_section_is_not_ours():
    assert section(ConfigFile(None), ITS_REWARD_PORT="2").port == 50052


def test_a_wrong_variable_is_named(written):
    assert refusal(written, "generator:\n  port: 1\n", ITS_GENERATOR_PORT="many")[0].startswith(
        "ITS_GENERATOR_PORT: generator.port: "
    )


def test_a_variable_that_is_not_yaml_is_named(written):
    assert refusal(written, "", ITS_GENERATOR_MODELS="{")[0].startswith("ITS_GENERATOR_MODELS: ")
