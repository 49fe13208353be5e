"""`its keys`: what it prints, what it writes, what it refuses."""

from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from its_cli.__main__ import app
from its_gateway.keys import digest, read


@pytest.fixture
def keys(tmp_path: Path):
    """Run `its keys ... --file` a file of this test."""

    def run(*arguments: str) -> Result:
        words = ["keys", *arguments, "--file", str(tmp_path / "keys.json")]
        return CliRunner().invoke(app, words, catch_exceptions=False, env={"COLUMNS": "200", "TERM": "dumb"})

    return run


def test_a_key_is_printed_once_and_alone(keys, tmp_path: Path):
    added = keys("add", "alice")

    token = added.stdout.removesuffix("\n")
    assert added.exit_code == 0
    assert read(tmp_path / "keys.json")["alice"].sha256 == digest(token)
    assert token not in keys("list").output + added.stderr


def test_limits_stand_in_the_file_and_in_the_list(keys, tmp_path: Path):
    limits = ("--requests-per-minute", "60", "--concurrent", "4", "--tokens-per-minute", "9000")
    keys("add", "bob", *limits, "--models", "its-tiny, careful", "--priority", "3", "--admin")

    key = read(tmp_path / "keys.json")["bob"]
    assert (key.requests_per_minute, key.concurrent, key.tokens_per_minute) == (60, 4, 9000)
    assert (key.models, key.priority, key.admin) == (("its-tiny", "careful"), 3, True)
    listed = keys("list").stdout
    assert all(word in listed for word in ("bob", key.id, "60", "4", "9000", "its-tiny, careful; administrator"))


def test_a_revoked_key_is_gone(keys, tmp_path: Path):
    keys("add", "alice")
    keys("add", "bob")

    assert keys("revoke", "alice").exit_code == 0
    assert list(read(tmp_path / "keys.json")) == ["bob"]


def test_a_name_is_not_given_twice(keys, tmp_path: Path):
    keys("add", "alice")
    before = read(tmp_path / "keys.json")

    again = keys("add", "alice")

    assert (again.exit_code, again.stdout) == (2, "")
    assert "revoke it first" in again.stderr
    assert read(tmp_path / "keys.json") == before


@pytest.mark.parametrize(("arguments", "told"), [(("revoke", "carol"), "there are alice"), (("list",), "alice")])
def test_who_is_known_is_told(keys, arguments: tuple[str, ...], told: str):
    keys("add", "alice")

    assert told in keys(*arguments).output


def test_a_list_of_a_file_that_is_not_there_says_what_makes_it(keys):
    listed = keys("list")

    assert listed.exit_code == 2
    assert "its keys add NAME" in listed.stderr


@pytest.mark.parametrize("wrong", [("--concurrent", "0"), ("--priority", "101"), ("--tokens-per-minute", "many")])
def test_a_limit_that_makes_no_sense_is_refused(keys, wrong: tuple[str, str], tmp_path: Path):
    assert keys("add", "alice", *wrong).exit_code == 2
    assert not (tmp_path / "keys.json").exists()
