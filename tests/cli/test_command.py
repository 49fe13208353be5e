"""The command's words: exit statuses, what goes to standard output, what help says."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml
from click.testing import Result
from typer.testing import CliRunner

from its_cli.__main__ import app


def its(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments, catch_exceptions=False, env={"COLUMNS": "200", "TERM": "dumb"})


@pytest.fixture
def schema() -> dict[str, object]:
    return json.loads(its("config", "schema").stdout)


def test_a_right_file_is_right(tmp_path: Path):
    checked = its("config", "check", str(_file(tmp_path, "gateway: {port: 9000}")))

    assert (checked.exit_code, checked.stderr) == (0, "")
    assert "right" in checked.stdout


def test_the_example_is_right_and_keeps_its_runs(tmp_path: Path):
    example = its("config", "example").stdout
    checked = its("config", "check", str(_file(tmp_path, example)))

    assert (checked.exit_code, checked.stderr) == (0, "")
    assert yaml.safe_load(example)["orchestrator"]["traces"] == "sqlite"


def test_a_wrong_file_has_its_own_exit_status_and_every_error_on_standard_error(tmp_path: Path):
    path = _file(tmp_path, "gatewaay: {}\nreward: {prot: 1}\n")
    checked = its("config", "check", str(path))

    assert (checked.exit_code, checked.stdout) == (78, "")
    assert [line.split(": ")[0] for line in checked.stderr.splitlines()] == [f"{path}:2", f"{path}:1"]


@pytest.mark.parametrize("text", ["reward: {prot: 1}", "rewrad: {port: 1}"])
def test_starting_with_a_wrong_file_starts_nothing(tmp_path: Path, text: str):
    started = its("up", "--config", str(_file(tmp_path, text)))

    assert started.exit_code == 78
    assert "did you mean" in started.stderr


def test_the_schema_accepts_the_example_and_refuses_a_misspelling(schema: dict[str, object]):
    example = yaml.safe_load((Path(__file__).parents[2] / "examples/its.yaml").read_text())
    jsonschema.validate(example, schema)

    with pytest.raises(jsonschema.ValidationError, match="gatewaay"):
        jsonschema.validate({"gatewaay": {}}, schema)


def test_help_says_where_the_port_base_puts_everybody():
    told = " ".join(its("up", "--help").stdout.replace("│", " ").split())

    assert "orchestrator to N, generator to N+1, reward to N+2, gateway to N+3" in told


def test_help_says_what_the_exit_statuses_mean():
    told = " ".join(its("ask", "--help").stdout.replace("│", " ").split())

    assert "69 nothing answers" in told


def test_a_document_and_a_stream_at_once_are_refused():
    asked = its("ask", "--json", "--stream", "x")

    assert (asked.exit_code, asked.stdout) == (2, "")
    assert "choose one" in asked.stderr


def test_a_port_base_without_room_for_four_is_refused():
    assert its("up", "--port-base", "65533").exit_code == 2


def _file(folder: Path, text: str) -> Path:
    path = folder / "its.yaml"
    path.write_text(text)
    return path
