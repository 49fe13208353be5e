"""What can't be met is refused by name before anything is spent."""

from dataclasses import replace

import grpc
import pytest
from google.protobuf import struct_pb2
from grpc import aio

from its.orchestrator.v1 import answer_pb2, listing_pb2
from its.orchestrator.v1 import orchestrator_pb2 as pb
from its_orchestrator.engines import GeneratorModel, Identity, RewardModel
from its_orchestrator.testing import Fault, World, serve_generator
from its_runtime.errors import InvalidRequest, ItsError, NotFound, Unavailable, Unsupported
from its_runtime.status import from_call


async def refused(its, **fields) -> ItsError:
    with pytest.raises(aio.AioRpcError) as caught:
        await its.solve(**fields)
    return from_call(caught.value, "orchestrator")


async def until_it_works(its):
    """Ask again while the channel waits before it dials again: at most two seconds, by its options."""
    while True:
        try:
            return await its.solve(samples=2)
        except aio.AioRpcError as error:
            assert error.code() == grpc.StatusCode.UNAVAILABLE  # noqa: PT017


def parameters(**values) -> struct_pb2.Struct:
    struct = struct_pb2.Struct()
    struct.update(values)
    return struct


async def test_an_unknown_algorithm_is_named_and_those_that_exist_are_listed(orchestrate):
    toy = World(["4"])
    async with orchestrate(toy) as its:
        error = await refused(its, algorithm="magic")

    assert isinstance(error, InvalidRequest)
    assert error.violations[0].field == "algorithm"
    assert "'magic'" in error.message
    assert "particle-filtering" in error.message
    assert not toy.generator.generations


async def test_an_unknown_parameter_is_named_and_those_that_exist_are_listed(orchestrate):
    async with orchestrate(World(["4"])) as its:
        error = await refused(its, algorithm="beam-search", parameters=parameters(width=3))

    assert isinstance(error, InvalidRequest)
    assert error.violations[0].field == "parameters.width"
    assert "beam_width" in error.message


async def test_a_parameter_out_of_its_bounds_is_named(orchestrate):
    async with orchestrate(World(["4"])) as its:
        error = await refused(its, algorithm="particle-filtering", parameters=parameters(max_steps=0))

    assert error.violations[0].field == "parameters.max_steps"


@pytest.mark.parametrize("samples", [0, 1001])
async def test_a_budget_out_of_its_bounds_is_named(orchestrate, samples):
    async with orchestrate(World(["4"])) as its:
        error = await refused(its, samples=samples)

    assert isinstance(error, InvalidRequest)
    assert error.violations[0].field == "budget.samples"


@pytest.mark.parametrize("model", ["gpt", "gpt:best-of-n"])
async def test_an_unknown_model_is_named_and_those_that_exist_are_listed(orchestrate, model):
    async with orchestrate(World(["4"])) as its:
        error = await refused(its, model=model)

    assert isinstance(error, NotFound)
    assert model in error.message
    assert "toy" in error.message


async def test_an_unknown_reward_model_is_named_and_those_that_exist_are_listed(orchestrate):
    async with orchestrate(World(["4"])) as its:
        error = await refused(its, algorithm="best-of-n", samples=4, reward_model="wise")

    assert isinstance(error, NotFound)
    assert "toy-reward" in error.message


async def test_a_search_over_steps_is_refused_where_no_prefix_is_continued(orchestrate):
    toy = World(["4"], model=GeneratorModel(Identity("hosted"), continues_prefix=False, token_ids=False))
    async with orchestrate(toy) as its:
        error = await refused(its, algorithm="particle-filtering", samples=4)

    assert isinstance(error, Unsupported)
    assert "continues a prefix" in error.message
    assert "would work" in error.message
    assert "beam-search" not in error.message.partition("with these, ")[2]
    assert "best-of-n" in error.message.partition("with these, ")[2]
    assert not toy.generator.generations


async def test_ancestor_sampling_is_refused_where_nothing_is_evaluated_and_works_where_it_is(orchestrate):
    wanted = {"algorithm": "particle-gibbs", "samples": 4, "parameters": parameters(ancestor_sampling=True)}
    async with orchestrate(World(["4"], model=GeneratorModel(Identity("hosted")))) as its:
        error = await refused(its, **wanted)
    async with orchestrate(toy := World(["a\n\n4", "b\n\n4"])) as its:
        answer = await its.solve(**wanted)

    assert isinstance(error, Unsupported)
    assert "evaluates given tokens" in error.message
    assert "particle-gibbs" in error.message.partition("with these, ")[2], "without ancestor sampling it works"
    assert answer.text in toy.generator.language.answers
    assert toy.generator.evaluations


async def test_ancestor_sampling_is_refused_at_a_temperature_that_is_not_evaluated(orchestrate):
    model = GeneratorModel(Identity("cold"), evaluates=True)
    async with orchestrate(toy := World(["4"], model=model)) as its:
        error = await refused(its, algorithm="particle-gibbs", samples=4, parameters=parameters(ancestor_sampling=True))

    assert isinstance(error, Unsupported)
    assert "sampling.temperature 1" in error.message
    assert not toy.generator.generations


async def test_a_search_over_steps_is_refused_where_only_whole_answers_are_scored(orchestrate):
    toy = World(["4"], reward_model=RewardModel(Identity("whole"), process=False, scores_partial=False))
    async with orchestrate(toy) as its:
        error = await refused(its, algorithm="beam-search", samples=4)

    assert isinstance(error, Unsupported)
    assert "scores partial answers" in error.message


async def test_an_aggregation_that_the_reward_model_lacks_is_refused_where_it_was_asked_for(orchestrate):
    toy = World(["4"], reward_model=RewardModel(Identity("toy-reward"), aggregations=("min", "mean")))
    async with orchestrate(toy) as its:
        error = await refused(its, algorithm="best-of-n", samples=4, parameters=parameters(aggregation="prod"))
        default = await its.solve(algorithm="particle-filtering", samples=4)

    assert error.violations[0].field == "parameters.aggregation"
    assert "min, mean" in error.message
    assert toy.reward.scorings[0].aggregation == "default"
    assert default.text == "4"


async def test_a_function_that_is_not_configured_is_not_found_and_named(orchestrate):
    async with orchestrate(World(["4"])) as its:
        with pytest.raises(aio.AioRpcError, match="'f'") as caught:
            async for _ in its.stub.RunFunction(pb.RunFunctionRequest(request_id="f", function="f")):
                pass

    assert caught.value.code() == grpc.StatusCode.NOT_FOUND


async def test_a_trace_that_is_not_kept_is_not_found(orchestrate):
    async with orchestrate(World(["4"]), traces=1) as its:
        first = await its.solve()
        await its.solve()
        with pytest.raises(aio.AioRpcError, match="keeps the last 1") as caught:
            await its.stub.GetTrace(pb.GetTraceRequest(trace_id=first.events[0].trace_id))

    assert caught.value.code() == grpc.StatusCode.NOT_FOUND


async def test_what_the_generator_refuses_is_refused_with_its_words(orchestrate):
    async with orchestrate(World(["4"], faults={0: Fault.REFUSES})) as its:
        error = await refused(its, samples=4)

    assert isinstance(error, InvalidRequest)
    assert error.violations[0].field == "prompt"


async def test_a_generator_that_is_down_is_named_with_its_address(orchestrate_at, closed_port):
    async with orchestrate_at(closed_port) as its:
        error = await refused(its)

    assert isinstance(error, Unavailable)
    assert f"generator at {closed_port.generator}" in error.message


async def test_a_reward_service_that_is_down_is_named_before_anything_is_spent(orchestrate_at, closed_port):
    toy = World(["4"])
    async with serve_generator(toy) as address, orchestrate_at(replace(closed_port, generator=address)) as its:
        error = await refused(its, algorithm="best-of-n", samples=4)
        other = await its.solve(algorithm="self-consistency", samples=4)

    assert f"reward service at {closed_port.reward}" in error.message
    assert [one.branches[0].count for one in toy.generator.generations] == [4]
    assert other.text == "4"


async def test_a_service_that_returns_is_used_again(orchestrate_at, closed_port):
    toy = World(["4"])
    async with orchestrate_at(closed_port) as its:
        error = await refused(its)
        port = int(closed_port.generator.rpartition(":")[2])
        async with serve_generator(toy, port):
            solved = await until_it_works(its)

    assert isinstance(error, Unavailable)
    assert solved.text == "4"


async def test_configure_makes_a_profile_for_later_requests(orchestrate):
    profile = listing_pb2.Profile(
        name="careful",
        algorithm="best-of-n",
        budget=answer_pb2.Budget(samples=3),
        parameters=parameters(temperature=0.5),
    )
    toy = World(["4"])
    async with orchestrate(toy) as its:
        configured = await its.stub.Configure(pb.ConfigureRequest(profile=profile))
        solved = await its.solve(model="careful")
        listed = await its.stub.ListProfiles(pb.ListProfilesRequest())

    assert [one.name for one in configured.models] == ["toy", "toy-reward"]
    assert solved.answer.algorithm == "best-of-n"
    assert solved.answer.ledger.samples == 3
    assert toy.generator.generations[0].sampling.temperature == 0.5
    assert [one.name for one in listed.profiles] == ["careful", "toy"]


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        (listing_pb2.Profile(name="p", algorithm="magic"), "magic"),
        (listing_pb2.Profile(name="p", model="gpt"), "gpt"),
        (listing_pb2.Profile(name="p", reward_model="wise"), "wise"),
        (listing_pb2.Profile(name="p", algorithm="best-of-n", parameters=parameters(width=3)), "parameters.width"),
        (listing_pb2.Profile(name="p", budget=answer_pb2.Budget(samples=2000)), "budget.samples"),
    ],
    ids=["algorithm", "model", "reward model", "parameters", "budget"],
)
async def test_a_profile_that_can_not_run_is_not_made(orchestrate, wrong, named):
    async with orchestrate(World(["4"])) as its:
        with pytest.raises(aio.AioRpcError, match=named):
            await its.stub.Configure(pb.ConfigureRequest(profile=wrong))
        listed = await its.stub.ListProfiles(pb.ListProfilesRequest())

    assert [one.name for one in listed.profiles] == ["toy"]
