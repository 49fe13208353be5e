"""Budgets hold for every stage and for functions inside of functions, to the token."""

import pytest

from its_orchestrator.budget import Budget, StoppedBy
from its_orchestrator.events import AttemptEnded
from its_orchestrator.strategies import ITSItem
from its_orchestrator.testing import Bench, World
from its_runtime.errors import DeadlinePassed

VALUES = {
    "llms": {"tiny": {"_type": "its"}},
    "its_strategies": {
        "plans": {"_type": "single_shot_multi_plan", "planning_llm": "tiny", "num_plans": 4},
        "refine": {"_type": "iterative_plan_refinement", "editor_llm": "tiny"},
        "most": {"_type": "majority_voting_selection"},
    },
    "functions": {
        "ask": {"_type": "chat_completion", "llm_name": "tiny"},
        "inner": {"_type": "execute_score_select_function", "augmented_fn": "ask", "selector": "most"},
        "outer": {"_type": "execute_score_select_function", "augmented_fn": "inner", "selector": "most"},
    },
}
LONG = "PLAN: " + "word " * 20


def bench(**limits) -> tuple[Bench, World]:
    world = World([LONG])
    return Bench(VALUES, engines=world.engines, budget=Budget(**limits)), world


@pytest.mark.parametrize("tokens", [1, 7, 100, 399, 10_000])
async def test_plans_side_by_side_never_spend_more_than_the_budget(tokens):
    here, world = bench(tokens=tokens)

    try:
        await here.stage("search", "plans")
    except DeadlinePassed:
        assert tokens < 4 * len(LONG)

    assert sum(one.completion_tokens for one in world.generator.reported) <= tokens
    assert here.session.account.ledger.completion_tokens <= tokens


async def test_an_edit_for_which_no_tokens_are_left_keeps_the_plan():
    here, _ = bench(tokens=150)

    (item,) = await here.stage("editing", "refine", [ITSItem(plan="p")])

    assert item.plan
    assert here.session.account.ledger.completion_tokens <= 150
    assert here.session.over
    assert here.session.stopped_by is StoppedBy.TOKENS


async def test_functions_inside_of_functions_share_the_budget():
    here, world = bench(samples=5)

    assert await here.call("outer", "Why?") == LONG.strip()
    assert here.session.account.ledger.samples == len(world.generator.generations) == 5


async def test_what_an_inner_function_spends_is_counted_for_the_outer_candidate():
    here, _ = bench()

    await here.call("outer", "Why?")

    executions = [one for one in here.events(AttemptEnded) if one.stage == "search"]
    outer = [one for one in executions if one.calls == 3]
    assert len(outer) == 3
    assert sum(one.tokens for one in outer) == here.session.account.ledger.completion_tokens
