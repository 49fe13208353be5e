"""Every error of an its.yaml is told with its line, and what would be right."""

from pathlib import Path

import pytest

from its_cli.problems import problems


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "its.yaml"


def found(file: Path, text: str) -> list[str]:
    """Return the problems of `text`, without the file's name."""
    file.write_text(text)
    return [line.removeprefix(f"{file}:") for line in problems(file)]


def test_an_empty_file_is_right(file: Path):
    assert found(file, "") == []


def test_an_empty_section_is_right(file: Path):
    assert found(file, "gateway:\n") == []


def test_an_unknown_section_gets_the_nearest_one(file: Path):
    assert found(file, "\ngateways: {port: 1}\n") == ["2: gateways: unknown section; did you mean 'gateway'?"]


def test_an_unknown_key_gets_the_nearest_one(file: Path):
    text = "gateway:\n  host: 127.0.0.1\n  prot: 8108\n"

    assert found(file, text) == ["3: gateway.prot: unknown key; did you mean 'port'?"]


def test_a_key_inside_a_model_is_looked_for_among_a_models_keys(file: Path):
    text = "generator:\n  models:\n    mine:\n      backend: embedded\n      folder: its-tiny\n      thread: 2\n"

    assert found(file, text)[0].startswith(
        "6: generator.models.mine.embedded.thread: unknown key; did you mean 'threads'"
    )


def test_every_error_is_told_at_once(file: Path):
    text = "gateway:\n  port: many\nreward:\n  port: 70000\n"
    lines = found(file, text)

    assert [line.split(":")[0] for line in sorted(lines)] == ["2", "4"]


def test_a_section_that_is_no_mapping_is_an_error(file: Path):
    assert found(file, "gateway: 8108\n")[0].startswith("1: gateway: ")


def test_yaml_that_cannot_be_read_is_an_error_with_its_line(file: Path):
    assert found(file, "gateway:\n  port: [1\n")[0].startswith("3: ")


def test_a_profile_of_an_algorithm_that_does_not_exist_is_an_error(file: Path):
    text = "orchestrator:\n  profiles:\n    careful:\n      algorithm: best-off-n\n"

    assert found(file, text) == [
        "4: orchestrator.profiles.careful.algorithm: no algorithm is called 'best-off-n'; did you mean 'best-of-n'?"
    ]


def test_parameters_are_held_to_their_algorithm(file: Path):
    profile = "{algorithm: beam-search, parameters: {beam_widht: 4}}"
    lines = found(file, f"orchestrator:\n  profiles:\n    wide: {profile}\n")

    assert len(lines) == 1
    assert lines[0].startswith("3: orchestrator.profiles.wide.parameters.beam_widht: unknown parameter; ")


def test_a_profile_of_a_model_that_is_not_served_is_an_error(file: Path):
    text = "orchestrator:\n  profiles:\n    big:\n      model: its-tinny\n      reward_model: nobody\n"
    lines = found(file, text)

    assert lines[0].startswith(
        "4: orchestrator.profiles.big.model: no model is called 'its-tinny'; did you mean 'its-tiny'"
    )
    assert lines[1].startswith("5: orchestrator.profiles.big.reward_model: no model is called 'nobody'")


def test_models_of_a_generator_elsewhere_are_its_own_business(file: Path):
    text = "orchestrator:\n  generator: gpu-box:50052\n  profiles:\n    big: {model: llama}\n"

    assert found(file, text) == []


def test_a_model_whose_folder_does_not_exist_is_an_error(file: Path):
    text = "generator:\n  models:\n    mine: {backend: embedded, folder: nowhere}\n"

    assert found(file, text)[0].startswith("3: generator.models.mine.folder: no model is called 'nowhere'")


def test_two_processes_on_one_port_are_an_error(file: Path):
    assert found(file, "reward:\n  port: 50052\n") == [
        "2: reward.port: 50052 is the generator's port already; choose another one"
    ]
