"""Tools are used in several wordings at once, and the best output of each task is kept."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from its_orchestrator.events import StageStarted
from its_orchestrator.testing import Bench, Script
from its_runtime.errors import Unavailable, Unmet

STRATEGIES = {
    "rewrite": {"_type": "multi_query_retrieval_search", "llms": ["a", "b"]},
    "shorten": {"_type": "motivation_aware_summarization", "editor_llm": "a"},
    "score": {"_type": "motivation_aware_scorer", "scoring_llm": "judge"},
    "best": {"_type": "best_of_n_selection"},
    "first": {"_type": "majority_voting_selection"},
}
TOOLS = {
    "_type": "its_tool_orchestration",
    "augmented_fns": ["search", "kit"],
    "search_strategy": "rewrite",
    "scoring_strategy": "score",
    "selection_strategy": "best",
}
PLAIN = {**TOOLS, "search_strategy": None, "scoring_strategy": None, "selection_strategy": "first"}


def use(tool: str, task: str, motivation: str = "to know") -> dict:
    return {"tool_name": tool, "task_description": task, "motivation": motivation}


def says(asked: str, number: int) -> str:
    if "FINAL SCORE" in asked:
        return f"FINAL SCORE: {9 if 'rare' in asked else 2}"
    return "rare words" if number % 2 else "other words"


@pytest.fixture
def tools(bench, script):
    script.says = says

    def make(workflow=TOOLS, **tool):
        return bench(
            functions={"search": {"_type": "test_tool", **tool}, "tools": workflow},
            function_groups={"kit": {"_type": "test_kit"}},
            its_strategies=STRATEGIES,
        )

    return make


async def test_the_best_wording_of_each_task_is_kept_in_the_order_of_the_tasks(tools):
    done = await tools().call("tools", [use("search", "x"), use("kit.saw", "y")])

    assert [(one.tool_name, one.task_description) for one in done] == [("search", "x"), ("kit.saw", "y")]
    assert [one.output for one in done] == ["found rare words", "sawn rare words"]


async def test_without_a_search_the_task_itself_reaches_the_tool(tools):
    (done,) = await tools(PLAIN).call("tools", [use("search", "x")])

    assert done.output == "found x"


async def test_tasks_are_alternatives_to_none_but_their_own_wordings(tools):
    run = tools()

    await run.call("tools", [use("search", "x"), use("search", "y")])

    selecting = [one for one in run.events(StageStarted) if one.stage == "selection"]
    assert [one.items for one in selecting] == [3, 3]
    assert len({one.turn_id for one in selecting}) == 2


async def test_an_unknown_tool_is_an_error_of_its_task_alone(tools):
    wrong, right = await tools(PLAIN).call("tools", [use("serach", "x"), use("search", "y")])

    assert wrong.output is None
    assert "there is no tool called 'serach'; there are search, kit.nail, kit.saw" in wrong.error
    assert (right.output, right.error) == ("found y", None)


async def test_a_tools_exception_is_never_a_candidate(tools):
    (done,) = await tools(fails_for="rare").call("tools", [use("search", "x")])

    assert done.output in {"found x", "found other words"}


async def test_a_task_whose_every_call_fails_says_why(tools):
    broken, whole = await tools(PLAIN, fails_for="x").call("tools", [use("search", "x"), use("search", "y")])

    assert (broken.output, whole.output) == (None, "found y")
    assert "the index is broken" in broken.error


async def test_outputs_are_edited_before_they_are_scored(tools, script):
    script.says = lambda asked, number: "FINAL SCORE: 5" if "FINAL SCORE" in asked else "in short"
    workflow = {**TOOLS, "search_strategy": None, "editing_strategy": "shorten"}

    (done,) = await tools(workflow).call("tools", [use("search", "x")])

    assert done.output == "in short"


async def test_the_aliases_of_the_later_module_name_the_same_function(tools):
    (done,) = await tools({**PLAIN, "_type": "ttc_tool_orchestration"}).call("tools", [use("search", "x")])

    assert done.output == "found x"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(fails=st.frozensets(st.integers(0, 9), max_size=10))
async def test_whichever_calls_of_models_fail_every_task_has_an_output_or_a_reason(fails):
    def said(asked: str, number: int) -> str:
        if number in fails:
            raise Unavailable("the model is down")
        return says(asked, number)

    llms = {name: {"_type": "scripted", "script": Script(said)} for name in ("a", "b", "judge")}
    functions = {"search": {"_type": "test_tool"}, "tools": {**TOOLS, "augmented_fns": ["search"]}}
    run = Bench({"llms": llms, "functions": functions, "its_strategies": STRATEGIES})

    for done in await run.call("tools", [use("search", "x"), use("search", "y")]):
        assert (done.output is None) != (done.error is None)
        assert "down" not in (done.output or "")


AGENT = {"_type": "iterative_tool_orchestration_agent", "llm_name": "a", "orchestrator_fn": "tools"}
CALLS = '[{"tool_name": "search", "task_description": "x", "motivation": "to know"}]'


@pytest.fixture
def agent(bench, script):
    def make(*said: str, **fields):
        script.says = lambda asked, number: said[number]
        functions = {"search": {"_type": "test_tool"}, "tools": {**PLAIN, "augmented_fns": ["search"]}}
        return bench(functions=functions, its_strategies=STRATEGIES, workflow={**AGENT, **fields})

    return make


async def test_an_agent_uses_tools_until_it_knows(agent, script):
    assert await agent(CALLS, "I see.\n**FINAL:** it is x").call("workflow", "What is x?") == "it is x"
    assert "search: Looks things up." in script.asked[0]
    assert "found x" in script.asked[1]


async def test_an_agent_may_not_end_before_it_looked(agent, script):
    assert await agent("FINAL: a guess", CALLS, "FINAL: it is x").call("workflow", "What is x?") == "it is x"
    assert "too early" in script.asked[1]


async def test_what_an_agent_says_that_can_not_be_read_is_asked_for_again(agent, script):
    assert await agent("Hm.", '[{"tool": "x"}]', CALLS, "FINAL: x").call("workflow", "What?") == "x"
    assert "no JSON" in script.asked[1]
    assert "0.tool_name: Field required" in script.asked[2]


async def test_an_agent_that_says_nothing_of_use_is_an_error(agent):
    with pytest.raises(Unmet, match="neither uses tools nor answers, asked 2 times"):
        await agent("Hm.", "Hm.", max_retries=1).call("workflow", "What?")


async def test_after_the_last_iteration_the_agent_must_answer(agent, script):
    assert await agent(CALLS, CALLS, "FINAL: x", max_iterations=2).call("workflow", "What?") == "x"
    assert "No more tools" in script.asked[2]


async def test_an_agent_remembers_as_much_as_it_may(agent, script):
    calls = [CALLS.replace('"x"', f'"task {number}"') for number in range(3)]

    await agent(*calls, "FINAL: x", max_history=1).call("workflow", "What?")

    assert "task 0" not in script.asked[3]
    assert "found task 2" in script.asked[3]


async def test_an_agent_needs_a_function_that_uses_tools(agent):
    with pytest.raises(Unmet, match=r"workflow.orchestrator_fn: function 'search' takes no list"):
        await agent("FINAL: x", orchestrator_fn="search").call("workflow", "What?")


async def test_several_models_answer_and_a_judge_selects(bench, script):
    def said(asked: str, number: int) -> str:
        if "SELECTED" not in asked:
            return f"answer {number + 1}"
        return f"SELECTED ITEM: {1 + (asked.index('answer 1') < asked.index('answer 2'))}"

    script.says = said
    strategies = {
        "both": {"_type": "multi_llm_generation", "llms": ["a", "b"]},
        "judge": {"_type": "llm_judge_selection", "judge_llm": "judge"},
    }
    workflow = {"_type": "multi_llm_judge_function", "search_strategy": "both", "selection_strategy": "judge"}
    run = bench(its_strategies=strategies, workflow=workflow)

    assert await run.call("workflow", "Why?") == "answer 2"
    assert await run.call("workflow", " ") == ""
