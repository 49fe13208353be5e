"""Profiles made by Configure: who gets them, who doesn't, and what is left of them after a restart."""

import asyncio

import pytest
from grpc import StatusCode, aio

from its.orchestrator.v1 import answer_pb2, listing_pb2
from its.orchestrator.v1 import orchestrator_pb2 as pb
from its_orchestrator.budget import Budget
from its_orchestrator.profiles import Made, Profile, Profiles
from its_orchestrator.state import StateFile
from its_orchestrator.testing import Addresses, World, served
from its_runtime.config import ConfigError
from its_runtime.errors import Unmet

CAREFUL = listing_pb2.Profile(name="careful", algorithm="best-of-n", budget=answer_pb2.Budget(samples=3))


def configured(default=False, profile=CAREFUL):
    return pb.ConfigureRequest(profile=profile, make_default=default)


async def names(its):
    return [one.name for one in (await its.stub.ListProfiles(pb.ListProfilesRequest())).profiles]


async def test_a_profile_outlives_a_restart_when_there_is_a_file_to_keep_it(orchestrate, tmp_path):
    async with orchestrate(World(["4"]), state=tmp_path / "new" / "state.json") as its:
        made = await its.stub.Configure(configured())
    async with orchestrate(World(["4"]), state=tmp_path / "new" / "state.json") as its:
        listed = await names(its)
        solved = await its.solve(model="careful")

    assert made.kept
    assert listed == ["careful", "toy"]
    assert (solved.answer.algorithm, solved.answer.ledger.samples) == ("best-of-n", 3)


async def test_the_listing_tells_which_models_serve_where_a_profile_names_none(
    orchestrate, orchestrate_at, closed_port
):
    async with orchestrate(World(["4"])) as its:
        listed = await its.stub.ListProfiles(pb.ListProfilesRequest())
    assert (listed.default_model, listed.default_reward_model) == ("toy", "toy-reward")

    async with served(World(["4"])) as at, orchestrate_at(Addresses(at.generator, closed_port.reward)) as its:
        listed = await its.stub.ListProfiles(pb.ListProfilesRequest())
    assert (listed.default_model, listed.default_reward_model) == ("toy", "")


async def test_without_a_file_it_says_that_a_restart_forgets(orchestrate):
    async with orchestrate(World(["4"])) as its:
        assert not (await its.stub.Configure(configured())).kept


async def test_a_default_is_what_requests_get_that_name_nothing(orchestrate, tmp_path):
    written = {"quick": Profile(budget=Budget(samples=1))}
    async with orchestrate(World(["4"]), profiles=written, state=tmp_path / "state.json") as its:
        await its.stub.Configure(configured())
        before = await its.solve()
        await its.stub.Configure(configured(default=True))
        after = await its.solve()
    async with orchestrate(World(["4"]), profiles=written, state=tmp_path / "state.json") as its:
        listed = await names(its)

    assert (before.answer.ledger.samples, after.answer.ledger.samples) == (1, 3)
    assert listed == ["careful", "quick", "toy"]


async def test_a_running_answer_keeps_the_profile_that_it_began_with(orchestrate):
    toy = World(["4"])
    async with orchestrate(toy, profiles={"mine": Profile(budget=Budget(samples=2))}) as its:
        call = its.call(model="mine", detail=pb.DETAIL_ALL)
        first = await anext(aiter(call))
        mine = listing_pb2.Profile(name="mine", algorithm="best-of-n", budget=answer_pb2.Budget(samples=3))
        await its.stub.Configure(configured(profile=mine))
        events = [response.event async for response in call]
        later = await its.solve(model="mine")

    assert first.event.started.algorithm == events[-1].answer.algorithm == "self-consistency"
    assert events[-1].answer.ledger.samples == 2
    assert (later.answer.algorithm, later.answer.ledger.samples) == ("best-of-n", 3)


async def test_a_profile_that_can_not_be_kept_is_not_made(orchestrate, tmp_path):
    async with orchestrate(World(["4"]), state=tmp_path / "blocked" / "state.json") as its:
        (tmp_path / "blocked").touch()
        with pytest.raises(aio.AioRpcError, match="nothing was changed") as error:
            await its.stub.Configure(configured())
        listed = await names(its)

    assert error.value.code() == StatusCode.FAILED_PRECONDITION
    assert listed == ["toy"]


async def test_many_at_once_are_all_kept(orchestrate, tmp_path):
    several = [listing_pb2.Profile(name=f"p{number}") for number in range(8)]
    async with orchestrate(World(["4"]), state=tmp_path / "state.json") as its:
        await asyncio.gather(*(its.stub.Configure(configured(profile=one)) for one in several))

    kept = StateFile(tmp_path / "state.json", Made).read()
    assert set(kept.profiles) == {one.name for one in several}
    assert [one.name for one in tmp_path.iterdir()] == ["state.json"]


@pytest.mark.parametrize("text", ["{", "[]", '{"profiles": {"a": {"algoritm": "x"}}}'])
def test_a_file_that_holds_something_else_is_an_error_that_names_it(tmp_path, text):
    file = tmp_path / "state.json"
    file.write_text(text)

    with pytest.raises(ConfigError, match=f"{file}.*move it away"):
        Profiles({}, StateFile(file, Made))


def test_a_write_that_fails_leaves_what_was_there(tmp_path):
    file = StateFile(tmp_path / "state.json", Made)
    file.write(Made(default="a"))
    with pytest.raises(Unmet, match="nothing was changed"):
        StateFile(tmp_path / "state.json" / "below", Made).write(Made(default="b"))

    assert file.read() == Made(default="a")
