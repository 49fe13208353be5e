"""A command that is printed can be typed where it was printed."""

import pytest

from its_cli.typed import typed


@pytest.fixture
def program(tmp_path):
    path = tmp_path / "clone" / ".venv" / "bin" / "its"
    path.parent.mkdir(parents=True)
    path.touch(0o755)
    return path


def test_what_a_shell_finds_is_called_by_its_name(program, tmp_path):
    assert typed(program, tmp_path, search=str(program.parent)) == "its"


def test_what_lies_below_is_called_from_there(program, tmp_path):
    assert typed(program, tmp_path / "clone", search="") == ".venv/bin/its"


def test_what_lies_elsewhere_is_called_by_its_whole_path(program, tmp_path):
    assert typed(program, tmp_path / "other", search=str(tmp_path)) == str(program)


def test_another_program_of_the_same_name_does_not_count(program, tmp_path):
    other = tmp_path / "bin" / "its"
    other.parent.mkdir()
    other.touch(0o755)

    assert typed(program, tmp_path, search=str(other.parent)) == "clone/.venv/bin/its"
