"""What an its.yaml may be put together from: a base, variables of the environment, files, overrides."""

from pathlib import Path

import pytest

from its_runtime.config import ConfigError, ConfigFile


@pytest.fixture
def folder(tmp_path) -> Path:
    return tmp_path


def values(folder: Path, text: str, *overrides: str, **environment: str) -> dict:
    (folder / "its.yaml").write_text(text)
    return ConfigFile(folder / "its.yaml", overrides, environment).values


def test_a_variable_takes_the_type_that_its_value_looks_like(folder):
    assert values(folder, 'a: ${N}\nb: "${N}"\nc: x${N}', N="3") == {"a": 3, "b": "3", "c": "x3"}


def test_a_variable_that_is_unset_or_empty_takes_its_default(folder):
    assert values(folder, "a: ${N:-4}\nb: ${E:-five}\nc: '${M:-}'", E="") == {"a": 4, "b": "five", "c": ""}


def test_a_variable_without_value_or_default_is_an_error_at_its_line(folder):
    with pytest.raises(ConfigError, match=r"its\.yaml:2: \$\{N\} isn't set"):
        values(folder, "a: 1\nb: ${N}")


def test_two_dollars_keep_what_looks_like_a_variable(folder):
    assert values(folder, "a: $${N}") == {"a": "${N}"}


def test_what_a_variable_holds_is_never_read_as_structure(folder):
    assert values(folder, "a: ${N}", N="{b: 1}") == {"a": "{b: 1}"}


def test_a_file_beside_the_config_stands_for_its_text(folder):
    (folder / "prompt.txt").write_text("3\nlines {x}\n")

    assert values(folder, "a: file://prompt.txt") == {"a": "3\nlines {x}\n"}


def test_a_file_that_is_not_there_is_an_error_at_its_line(folder):
    with pytest.raises(ConfigError, match=r"its\.yaml:1: .*prompt\.txt: No such file"):
        values(folder, "a: file://prompt.txt")


def test_a_base_says_what_the_file_does_not(folder):
    (folder / "base.yaml").write_text("a: {b: 1, c: [1, 2]}\nd: 4")

    assert values(folder, "base: base.yaml\na: {c: [3], e: 5}") == {"a": {"b": 1, "c": [3], "e": 5}, "d": 4}


def test_an_error_in_a_base_names_the_base(folder):
    (folder / "base.yaml").write_text("a:\n  b: 1")
    (folder / "its.yaml").write_text("base: base.yaml\nc: 1")

    assert ConfigFile(folder / "its.yaml").place(("a", "b")).endswith("base.yaml:2")


def test_a_circle_of_bases_is_an_error(folder):
    with pytest.raises(ConfigError, match="is based on itself"):
        values(folder, "base: its.yaml")


def test_an_override_replaces_one_value_and_makes_what_is_missing(folder):
    text = "a: {b: 1, c: [1, 2]}"

    assert values(folder, text, "a.b=[7]", "a.c.1=5", "d.e=true") == {"a": {"b": [7], "c": [1, 5]}, "d": {"e": True}}


def test_an_override_without_a_value_is_an_error(folder):
    with pytest.raises(ConfigError, match=r"write path\.to\.key=value"):
        values(folder, "a: 1", "a")


def test_a_key_that_stands_twice_is_an_error_at_its_line(folder):
    with pytest.raises(ConfigError, match=r"its\.yaml:3: b: the key stands in line 2 already; remove one"):
        values(folder, "a:\n  b: 1\n  b: 2")


def test_anchors_and_merges_are_understood_and_overridden_where_they_are_used(folder):
    text = "x: &x {a: 1, b: [1]}\ny:\n  <<: *x\n  a: 2\nz: *x"

    assert values(folder, text, "z.b.0=7", "y.b=[3]") == {
        "x": {"a": 1, "b": [1]},
        "y": {"a": 2, "b": [3]},
        "z": {"a": 1, "b": [7]},
    }


def test_an_anchor_inside_of_itself_is_an_error(folder):
    with pytest.raises(ConfigError, match=r"its\.yaml:1: an anchor stands inside of itself"):
        values(folder, "a: &a [*a]")


def test_an_override_of_a_place_in_a_list_keeps_the_rest_of_the_list(folder):
    assert values(folder, "a: [1, {b: 2}]", "a.1.b=3", "a.2=4") == {"a": [1, {"b": 3}, 4]}
    with pytest.raises(ConfigError, match=r"override 'a\.5=9': '5' is no place in a list of 1"):
        values(folder, "a: [1]", "a.5=9")
    with pytest.raises(ConfigError, match=r"override 'a\.b=9': 'b' is no place in a list of 1"):
        values(folder, "a: [1]", "a.b=9")
