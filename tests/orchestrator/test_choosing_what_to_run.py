"""What a request gets: profiles, models, `<model>:<algorithm>`, plugins, and whose word counts."""

from pathlib import Path

import pytest
from google.protobuf import struct_pb2
from grpc import aio

from its.chat.v1 import sampling_pb2
from its.orchestrator.v1 import answer_pb2
from its_orchestrator import registry
from its_orchestrator.algorithms import BUILTIN
from its_orchestrator.budget import Budget
from its_orchestrator.engines import Identity, RewardModel
from its_orchestrator.profiles import Profile
from its_orchestrator.sampling import Sampling
from its_orchestrator.testing import World
from its_runtime.errors import InvalidRequest, Unmet

CAREFUL = Profile(
    algorithm="beam-search",
    parameters={"beam_width": 2},
    budget=Budget(samples=6, seconds=30),
    sampling=Sampling(temperature=0.3, top_p=0.9),
)


def parameters(**values) -> struct_pb2.Struct:
    struct = struct_pb2.Struct()
    struct.update(values)
    return struct


async def test_nothing_chosen_is_the_default_models_own_profile(orchestrate):
    async with orchestrate(World(["4"])) as its:
        solved = await its.solve()

    assert (solved.answer.algorithm, solved.answer.budget.samples) == ("self-consistency", 8)


async def test_the_first_configured_profile_is_the_default(orchestrate):
    async with orchestrate(World(["4"]), profiles={"careful": CAREFUL}) as its:
        solved = await its.solve()

    assert (solved.answer.algorithm, solved.answer.budget.samples) == ("beam-search", 6)


@pytest.mark.parametrize("model", ["toy:best-of-n", "careful:best-of-n"])
async def test_a_model_may_name_its_algorithm(orchestrate, model):
    async with orchestrate(World(["4"]), profiles={"careful": CAREFUL}) as its:
        solved = await its.solve(model=model, samples=2)

    assert solved.answer.algorithm == "best-of-n"


async def test_another_algorithm_does_not_get_the_profiles_parameters(orchestrate):
    async with orchestrate(World(["4"]), profiles={"careful": CAREFUL}) as its:
        other = await its.solve(model="careful", algorithm="best-of-n")
        own = await its.solve(model="careful", parameters=parameters(max_steps=3))

    assert "beam_width" not in other.answer.parameters_json
    assert '"beam_width":2' in own.answer.parameters_json
    assert '"max_steps":3' in own.answer.parameters_json


async def test_the_requests_word_counts_before_the_profiles_and_that_before_the_algorithms(orchestrate):
    toy = World(["4"])
    async with orchestrate(toy, profiles={"careful": CAREFUL}) as its:
        await its.solve(sampling=sampling_pb2.Sampling(temperature=0.0), budget=answer_pb2.Budget(samples=2))
        await its.solve()
        await its.solve(model="toy", algorithm="particle-filtering")
    said, profiled, own = (
        next(one.sampling for one in toy.generator.generations if one.branches[0].count == count) for count in (2, 6, 8)
    )

    assert (said.temperature, round(said.top_p or 0, 3)) == (0.0, 0.9)
    assert profiled.temperature == pytest.approx(0.3)
    assert own.temperature == pytest.approx(0.8)


async def test_a_reward_model_that_compares_with_a_right_answer_is_refused(orchestrate):
    toy = World(["4"], reward_model=RewardModel(Identity("rules"), needs_reference_answer=True))
    async with orchestrate(toy) as its:
        with pytest.raises(aio.AioRpcError, match="compares with a right answer"):
            await its.solve(algorithm="best-of-n", samples=2)

    assert not toy.generator.generations


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Install a distribution with three entry points: one that works, one that breaks, one that is no algorithm."""
    (tmp_path / "debate_plugin.py").write_text(
        "from its_orchestrator.algorithms import BestOfN\nclass Debate(BestOfN):\n    name = 'debate'\nnonsense = 3\n"
    )
    information = tmp_path / "debate_plugin-1.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: debate-plugin\nVersion: 1\n")
    (information / "entry_points.txt").write_text(
        "[its.algorithms]\n"
        "debate = debate_plugin:Debate\n"
        "broken = no_such_module:Gone\n"
        "nonsense = debate_plugin:nonsense\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    return "debate"


async def test_a_plugin_is_listed_and_run_like_ours(orchestrate, plugin):
    async with orchestrate(World(["4"])) as its:
        solved = await its.solve(algorithm=plugin, samples=2)

    assert solved.answer.algorithm == "debate"
    assert {"debate", *(kind.name for kind in BUILTIN)} == {kind.name for kind in registry.algorithms()}


def test_a_plugin_that_can_not_be_imported_says_why_and_disturbs_no_other(plugin):
    with pytest.raises(Unmet, match="no_such_module"):
        registry.algorithm("broken")
    with pytest.raises(Unmet, match="no subclass"):
        registry.algorithm("nonsense")
    assert registry.algorithm(plugin).name == "debate"


def test_an_unknown_algorithm_lists_plugins_too(plugin):
    with pytest.raises(InvalidRequest, match="debate"):
        registry.algorithm("magic")


@pytest.mark.parametrize("kind", BUILTIN, ids=lambda kind: kind.name)
def test_every_algorithm_describes_itself_and_its_parameters(kind):
    schema = kind.model_json_schema()

    assert kind.summary.endswith(".")
    assert "https://" in kind.source
    assert kind.budget_meaning
    assert all("description" in one for one in schema["properties"].values())
    assert all("default" in one for one in schema["properties"].values())
