"""Models of the generator service and the orchestrator's algorithms, as parts of a pipeline."""

import json
from dataclasses import replace

import pytest

from its_orchestrator.budget import Budget
from its_orchestrator.clients import generation
from its_orchestrator.strategies import ITSItem
from its_orchestrator.testing import Bench, Fault, World
from its_runtime.errors import DeadlinePassed, InvalidRequest, Unavailable

SERVED = {
    "llms": {"small": {"_type": "its"}},
    "its_strategies": {
        "plans": {"_type": "single_shot_multi_plan", "planning_llm": "small", "num_plans": 3},
        "best": {"_type": "best-of-n", "samples": 4},
        "votes": {"_type": "its_algorithm", "algorithm": "self-consistency"},
    },
}


async def test_plans_of_the_generator_are_counted_as_it_counts_them():
    world = World(["PLAN: go", "PLAN: stay"])
    bench = Bench(SERVED, engines=world.engines)

    plans = await bench.stage("search", "plans")

    ledger = bench.session.account.ledger
    assert {one.plan for one in plans} <= {"go", "stay"}
    assert (ledger.samples, ledger.generator_calls) == (3, 3)
    assert ledger.completion_tokens == sum(one.completion_tokens for one in world.generator.reported)
    assert world.quiet


async def test_the_same_seed_gives_the_same_plans():
    def run(seed: int):
        world = World([f"PLAN: {place}" for place in range(20)])
        return Bench(SERVED, engines=world.engines, seed=seed).stage("search", "plans")

    plans = [[one.plan for one in await run(seed)] for seed in (1, 1, 2)]

    assert plans[0] == plans[1] != plans[2]


async def test_a_generator_that_fails_costs_one_plan():
    world = World(["PLAN: go"], faults={0: Fault.REFUSES})

    assert len(await Bench(SERVED, engines=world.engines).stage("search", "plans")) == 2


async def test_a_generator_that_is_down_is_named():
    world = World(["PLAN: go"], faults=dict.fromkeys(range(20), Fault.DOWN))

    with pytest.raises(Unavailable, match="generator of this world: it is down"):
        await Bench(SERVED, engines=world.engines).stage("search", "plans")


async def test_a_budget_of_seconds_stops_the_engine():
    world = World(["PLAN: go"], faults=dict.fromkeys(range(20), Fault.STALLS))

    with pytest.raises(DeadlinePassed, match="budget of seconds"):
        await Bench(SERVED, engines=world.engines, budget=Budget(seconds=0.05)).stage("search", "plans")

    assert world.quiet


async def test_an_algorithm_searches_and_its_scores_come_along():
    world = World(["one", "three"], judge=lambda text: len(text) / 10)
    bench = Bench(SERVED, engines=world.engines)

    items = await bench.stage("search", "best", pipeline="custom")

    assert len(items) == 4
    assert all(one.score == len(one.output) / 10 for one in items)
    assert [one.metadata["chosen"] for one in items].count(True) == 1
    assert bench.session.account.ledger.samples == 4
    assert bench.session.account.ledger.reward_calls == len(world.reward.reported)


async def test_an_algorithm_keeps_to_what_is_left_of_the_runs_budget():
    bench = Bench(SERVED, engines=World(["4"]).engines, budget=Budget(samples=3))

    assert len(await bench.stage("search", "votes", [ITSItem()], pipeline="custom")) == 3


def test_a_parameter_that_the_algorithm_does_not_have_is_refused():
    with pytest.raises(InvalidRequest, match="aggregatoin: Extra inputs are not permitted"):
        Bench({"its_strategies": {"it": {"_type": "best-of-n", "aggregatoin": "min"}}})


JUDGED = {
    "llms": {"judge": {"_type": "its", "structured_outputs": True}},
    "its_strategies": {"scores": {"_type": "llm_based_plan_scoring", "scoring_llm": "judge"}},
}
ABLE = replace(World(["4"]).generator.model, structured_outputs=frozenset({"json_schema"}))


async def test_a_judge_whose_engine_enforces_schemas_is_held_to_one():
    world = World([json.dumps({"reasons": "FINAL SCORE: 10", "verdict": 7})], model=ABLE)

    (item,) = await Bench(JUDGED, engines=world.engines).stage("scoring", "scores", [ITSItem(plan="p")])

    assert item.score == 7
    asked = generation.request(world.generator.generations[0])
    assert json.loads(asked.structured_output.json_schema)["properties"]["verdict"]["maximum"] == 10


async def test_a_judge_whose_engine_enforces_none_is_named_with_the_way_out():
    world = World(["FINAL SCORE: 7"])

    (item,) = await Bench(JUDGED, engines=world.engines).stage("scoring", "scores", [ITSItem(plan="p")])

    assert item.score is None
    assert "model 'toy' can't be held to a JSON schema; leave out structured_outputs" in item.feedback
