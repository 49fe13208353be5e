"""Plans are made, edited, scored and selected before a function follows the best one."""

import pytest

from its_orchestrator.events import Note
from its_runtime.errors import Unmet

STRATEGIES = {
    "planner": {"_type": "single_shot_multi_plan", "planning_llm": "a", "num_plans": 2},
    "editor": {"_type": "iterative_plan_refinement", "editor_llm": "b", "num_iterations": 1},
    "scorer": {"_type": "llm_based_plan_scoring", "scoring_llm": "judge"},
    "selector": {"_type": "best_of_n_selection"},
}
WORKFLOW = {
    "_type": "plan_select_execute_function",
    "augmented_fn": "agent",
    "planner": "planner",
    "editor": "editor",
    "scorer": "scorer",
    "selector": "selector",
}


def says(asked: str, number: int) -> str:
    if "EDITED PLAN" in asked:
        return f"EDITED PLAN: better {'good' if 'good' in asked else 'bad'}"
    if "FINAL SCORE" in asked:
        return f"FINAL SCORE: {9 if 'better good' in asked else 3}"
    return "PLAN: good" if number else "PLAN: bad"


@pytest.fixture
def planned(bench, script):
    script.says = says

    def make(agent=None, **workflow):
        functions = {
            "agent": {"_type": "test_echo", "tool_names": ["kit", "search"], **(agent or {})},
            "search": {"_type": "test_tool"},
        }
        groups = {"kit": {"_type": "test_kit"}}
        return bench(
            functions=functions,
            function_groups=groups,
            its_strategies=STRATEGIES,
            workflow={**WORKFLOW, **workflow},
        )

    return make


async def test_the_function_gets_the_question_and_the_best_plan(planned):
    told = await planned().call("workflow", "Build a shed.")

    assert told.startswith("Build a shed.")
    assert told.endswith("better good")


async def test_planners_learn_of_the_function_and_its_tools_groups_included(planned, script):
    await planned().call("workflow", "Build a shed.")

    first = script.asked[0]
    assert "Repeats." in first
    assert first.index("kit.nail: Nails.") < first.index("kit.saw: Saws.") < first.index("search: Looks things up.")


async def test_it_streams_where_the_function_streams(planned):
    run = planned({"streams": True}, downstream_template="{input_text} {reasoning_output}")
    async with run.open() as builder:
        function = await builder.get_function("workflow")

        pieces = [piece async for piece in function.astream("Build a shed.")]

    assert (function.streams, pieces) == (True, ["Build", "a", "shed.", "better", "good"])


async def test_it_does_not_stream_where_the_function_does_not(planned):
    async with planned().open() as builder:
        assert not (await builder.get_function("workflow")).streams


async def test_a_function_that_takes_no_text_is_refused_when_it_is_built(bench):
    run = bench(functions={"agent": {"_type": "test_dial"}}, its_strategies=STRATEGIES, workflow=WORKFLOW)

    with pytest.raises(Unmet, match=r"workflow.augmented_fn: function 'agent' takes no text"):
        await run.call("workflow", "x")


async def test_the_selected_plan_is_noted_for_those_who_want_to_know(planned):
    run = planned(verbose=True)

    await run.call("workflow", "Build a shed.")

    assert [one.message for one in run.events(Note)] == ["selected plan: better good"]


async def test_without_a_scorer_best_of_n_is_refused(planned):
    with pytest.raises(Unmet, match=r"workflow.selector: best_of_n_selection chooses by score"):
        await planned(scorer=None).call("workflow", "x")
