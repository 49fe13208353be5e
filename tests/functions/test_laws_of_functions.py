"""Whatever models say and whichever calls fail, a function returns a value or raises an error that says why."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from its_orchestrator.testing import Bench, Script
from its_runtime.errors import ItsError, Unavailable

SECTIONS = {
    "functions": {
        "ask": {"_type": "chat_completion", "llm_name": "a"},
        "search": {"_type": "test_tool", "fails_for": "broken"},
        "dial": {"_type": "test_dial"},
        "tools": {"_type": "its_tool_orchestration", "augmented_fns": ["search"], "selection_strategy": "votes"},
    },
    "its_strategies": {
        "planner": {"_type": "multi_llm_plan", "llms": ["a", "b"], "plans_per_llm": 1},
        "editor": {"_type": "llm_as_a_judge_editor", "feedback_llm": "b", "editing_llm": "a"},
        "scorer": {"_type": "llm_based_plan_scoring", "scoring_llm": "b"},
        "agent_scorer": {"_type": "llm_based_agent_scoring", "scoring_llm": "b"},
        "best": {"_type": "best_of_n_selection"},
        "both": {"_type": "multi_llm_generation", "llms": ["a", "b"]},
        "judge": {"_type": "llm_judge_selection", "judge_llm": "b"},
        "merger": {"_type": "llm_based_agent_output_merging", "selection_llm": "b"},
        "votes": {"_type": "majority_voting_selection"},
    },
}
FUNCTIONS = {
    "plan": {
        "_type": "plan_select_execute_function",
        "augmented_fn": "ask",
        "planner": "planner",
        "editor": "editor",
        "scorer": "scorer",
        "selector": "best",
    },
    "score": {
        "_type": "execute_score_select_function",
        "augmented_fn": "ask",
        "scorer": "agent_scorer",
        "selector": "best",
    },
    "merge": {"_type": "execute_score_select_function", "augmented_fn": "ask", "selector": "merger"},
    "vote": {
        "_type": "execute_then_select_function",
        "augmented_fn": "ask",
        "selector": "votes",
        "early_stop_threshold": 2,
        "max_concurrency": 2,
    },
    "judge": {"_type": "multi_llm_judge_function", "search_strategy": "both", "selection_strategy": "judge"},
    "wrapper": {"_type": "its_tool_wrapper", "augmented_fn": "dial", "input_llm": "a"},
    "agent": {
        "_type": "iterative_tool_orchestration_agent",
        "llm_name": "a",
        "orchestrator_fn": "tools",
        "max_iterations": 2,
    },
}
SAID = (
    "PLAN: go\nEDITED PLAN: go on\nFINAL SCORE: 7\nSELECTED ITEM: 1\nMERGED OUTPUT: merged\nFINAL: done",
    '{"host": "a.org", "port": 80}',
    '[{"tool_name": "search", "task_description": "broken"}, {"tool_name": "none", "task_description": "x"}]',
    "<think>FINAL SCORE: 3",
    "neither form nor sense",
    "",
)


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(fails=st.frozensets(st.integers(0, 9), max_size=10), says=st.lists(st.sampled_from(SAID), min_size=1))
async def test_it_returns_a_value_or_says_why_not(name, fails, says):
    first, again = await _outcome(name, fails, says), await _outcome(name, fails, says)

    assert first == again, "the same seed and the same replies gave another outcome"
    assert "the model is down" not in first.partition("error: ")[0]


async def _outcome(name: str, fails: frozenset[int], says: list[str]) -> str:
    def said(asked: str, number: int) -> str:
        if number in fails:
            raise Unavailable("the model is down")
        return says[number % len(says)]

    script = Script(said)
    llms = {llm: {"_type": "scripted", "script": script} for llm in ("a", "b")}
    run = Bench({"llms": llms, **SECTIONS, "workflow": FUNCTIONS[name]}, seed=3)
    try:
        value = repr(await run.call("workflow", "Why?"))
    except ItsError as error:
        value = f"error: {error.message}"
    ledger = run.session.account.ledger
    assert ledger.samples == len(script.asked)
    assert ledger.completion_tokens == sum(one.completion_tokens for one in script.reported)
    return value
