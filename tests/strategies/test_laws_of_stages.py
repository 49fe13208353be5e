"""Every strategy keeps the laws of its stage, whatever models say and whichever of their calls fail."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from its_orchestrator.components.references import Section
from its_orchestrator.strategies import REGISTRY, ITSItem
from its_orchestrator.testing import Script, StageLaws, World
from its_orchestrator.testing.stage_laws import REPLY

LLM, LLMS = "a", ["a", "b"]
STRATEGIES = {
    "single_shot_multi_plan": ("search", "planning", {"planning_llm": LLM, "num_plans": 3}),
    "multi_llm_plan": ("search", "planning", {"llms": LLMS}),
    "multi_query_retrieval_search": ("search", "tool_use", {"llms": LLMS}),
    "multi_llm_generation": ("search", "custom", {"llms": LLMS}),
    "iterative_plan_refinement": ("editing", "planning", {"editor_llm": LLM}),
    "llm_as_a_judge_editor": ("editing", "planning", {"feedback_llm": LLM, "editing_llm": "b"}),
    "motivation_aware_editing": ("editing", "tool_use", {"editor_llm": LLM}),
    "llm_based_plan_scoring": ("scoring", "planning", {"scoring_llm": LLM}),
    "llm_based_agent_scoring": ("scoring", "agent_execution", {"scoring_llm": LLM}),
    "motivation_aware_scoring": ("scoring", "tool_use", {"scoring_llm": LLM}),
    "best_of_n_selection": ("selection", "planning", {}),
    "threshold_selection": ("selection", "tool_use", {"threshold": 2}),
    "llm_based_plan_selection": ("selection", "planning", {"selection_llm": LLM}),
    "llm_based_agent_output_selection": ("selection", "agent_execution", {"selection_llm": LLM}),
    "llm_based_agent_output_merging": ("selection", "agent_execution", {"selection_llm": LLM}),
    "llm_judge_selection": ("selection", "custom", {"judge_llm": LLM}),
    "majority_voting_selection": ("selection", "custom", {"mode": "decisive", "ties": "random"}),
    "self_consistency_selection": ("selection", "custom", {}),
    "pairwise_tournament_selection": ("selection", "custom", {"judge_llm": LLM}),
    "reward_model_scoring": ("scoring", "custom", {}),
}
NEEDS_NO_ITEMS = {"single_shot_multi_plan", "multi_llm_plan", "multi_llm_generation"}
NOISE = "<think>FINAL SCORE: 3\nSELECTED PLAN: 2", "", "neither form nor sense", "FINAL SCORE: {s}/10", "{n}"

items = st.lists(
    st.builds(
        ITSItem,
        input=st.just("look up"),
        output=st.sampled_from(["x", "y", r"\boxed{4}", r"so \boxed{4.0}"]),
        plan=st.sampled_from(["walk", "run"]),
        score=st.none() | st.floats(1, 10),
        metadata=st.none() | st.just({"motivation": "to know"}),
    ),
    min_size=1,
    max_size=4,
)


def values(name: str):
    def make(script: Script) -> dict:
        models = {model: {"_type": "scripted", "script": script} for model in LLMS}
        return {"llms": models, "its_strategies": {"it": {"_type": name, **STRATEGIES[name][2]}}}

    return make


def test_every_strategy_is_held_to_the_laws():
    ours = {one.name for one in REGISTRY.all(Section.STRATEGY) if one.config_type.__module__.startswith("its_orch")}

    assert set(STRATEGIES) == ours - {"its_algorithm"}


@pytest.mark.parametrize("name", sorted(STRATEGIES))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(items=items, fails=st.frozensets(st.integers(0, 8), max_size=6), says=st.sampled_from([REPLY, REPLY, *NOISE]))
async def test_it_keeps_the_laws_of_its_stage(name, items, fails, says):
    stage, pipeline, _ = STRATEGIES[name]
    laws = StageLaws(values(name), pipeline, engines=World(["4"]).engines)

    await laws.hold(stage, "it", [] if name in NEEDS_NO_ITEMS else items, fails, says)
