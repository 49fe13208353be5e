"""What can be chosen is listed, each with what it stands for."""

import openai
import pytest


async def test_every_profile_is_listed_alone_and_with_each_algorithm(client):
    models = await client.models.list()

    assert [model.id for model in models.data] == [
        "its-tiny",
        "its-tiny:beam-search",
        "its-tiny:best-of-n",
        "lab/careful",
        "lab/careful:beam-search",
        "lab/careful:best-of-n",
    ]
    assert {model.object for model in models.data} == {"model"}


async def test_a_model_tells_what_it_stands_for(client):
    model = await client.models.retrieve("its-tiny")

    its = model.model_extra["its"]
    assert (its["profile"], its["model"], its["algorithm"]) == ("its-tiny", "its-tiny", "best-of-n")
    assert its["needs"] == ["reward"]
    assert its["budget"] == {"samples": 4}
    assert its["defaults"] == {"alpha": 0.5}


async def test_a_model_tells_which_reward_model_serves_it_where_one_is_needed(client, script):
    script.profiles[1].reward_model = "strict"
    models = {model.id: model.model_extra["its"] for model in (await client.models.list()).data}

    assert models["its-tiny:best-of-n"]["reward_model"] == "its-tiny-reward"
    assert models["lab/careful:best-of-n"]["reward_model"] == "strict"
    assert models["its-tiny:beam-search"]["reward_model"] is None


async def test_parameters_of_a_profile_are_not_those_of_another_algorithm(client):
    assert (await client.models.retrieve("its-tiny:best-of-n")).model_extra["its"]["defaults"] == {"alpha": 0.5}
    assert (await client.models.retrieve("its-tiny:beam-search")).model_extra["its"]["defaults"] == {}


@pytest.mark.parametrize("name", ["its-tiny:beam-search", "lab/careful", "lab/careful:beam-search"])
async def test_names_with_colons_and_slashes_are_found(http, name):
    model = (await http.get(f"/v1/models/{name}")).json()

    assert model["id"] == name
    if name.endswith("beam-search"):
        assert model["its"]["parameters"]["properties"] == {"alpha": {"type": "number"}}


async def test_a_quoted_slash_is_a_slash(client):
    assert (await client.models.retrieve("lab/careful")).id == "lab/careful"


async def test_an_unknown_model_is_not_found(client):
    with pytest.raises(openai.NotFoundError, match="no model 'nope'") as error:
        await client.models.retrieve("nope")

    assert error.value.code == "model_not_found"
