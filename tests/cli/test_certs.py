"""`its certs` writes what its.yaml can name, keeps an authority, and says when it can't."""

import stat

import yaml
from typer.testing import CliRunner

from its_cli.__main__ import app
from its_cli.problems import problems


def certs(folder, *more):
    return CliRunner().invoke(app, ["certs", str(folder), *more])


def test_what_it_prints_is_a_right_its_yaml(tmp_path):
    (tmp_path / "its.yaml").write_text(certs(tmp_path).stdout)

    assert problems(tmp_path / "its.yaml") == []
    assert set(yaml.safe_load((tmp_path / "its.yaml").read_text())["gateway"]) == {"tls", "https"}


def test_keys_are_for_their_owner_alone(tmp_path):
    certs(tmp_path)

    assert {stat.S_IMODE(key.stat().st_mode) for key in tmp_path.glob("*.key")} == {0o600}


def test_an_authority_that_is_there_goes_on_and_services_get_new_certificates(tmp_path):
    certs(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    certs(tmp_path)
    changed = {path.name for path in tmp_path.iterdir() if path.read_bytes() != before[path.name]}

    assert not {"authority.crt", "authority.key"} & changed
    assert {"gateway.crt", "orchestrator.key"} <= changed


def test_an_authority_that_can_not_be_read_is_one_line_and_nothing_is_written(tmp_path):
    (tmp_path / "authority.key").write_text("no key")
    refused = certs(tmp_path)

    assert refused.exit_code == 2
    assert "authority.key can't be used" in refused.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["authority.key"]


def test_a_missing_file_is_reported_with_its_line(tmp_path):
    (tmp_path / "its.yaml").write_text(certs(tmp_path).stdout)
    (tmp_path / "reward.key").unlink()

    assert [problem.partition("its.yaml:")[2][:2] for problem in problems(tmp_path / "its.yaml")] == ["4:"]
