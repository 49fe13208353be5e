"""The nearest name is what somebody probably meant."""

from typing import Literal

from pydantic import BaseModel, Field

from its_cli.nearest import names_at, nearest


class Small(BaseModel):
    kind: Literal["small"]
    threads: int = 1


class Large(BaseModel):
    kind: Literal["large"]
    gpus: int = 1


class Whole(BaseModel):
    port: int = 1
    models: dict[str, Small | Large] = Field(default={})
    stages: list[Small] = Field(default=[])


SCHEMA = Whole.model_json_schema()


def test_a_misspelled_name_finds_the_right_one():
    assert nearest("prot", ["port", "host"]) == "; did you mean 'port'?"


def test_a_name_like_no_other_gets_the_list():
    assert nearest("zzzz", ["port", "host"]) == "; there are host, port"


def test_where_nothing_is_possible_nothing_is_said():
    assert nearest("port", []) == ""


def test_the_names_of_the_top_are_its_fields():
    assert names_at(SCHEMA, []) == {"port", "models", "stages"}


def test_names_are_found_below_a_name_that_the_user_chose():
    assert names_at(SCHEMA, ["models", "mine"]) == {"kind", "threads", "gpus"}


def test_a_tag_of_a_union_is_no_step():
    assert names_at(SCHEMA, ["models", "mine", "small"]) == {"kind", "threads", "gpus"}


def test_names_are_found_inside_a_list():
    assert names_at(SCHEMA, ["stages", 3]) == {"kind", "threads"}
