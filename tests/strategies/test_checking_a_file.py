"""`its config check` builds every component without asking a model, and places every error."""

import json

import jsonschema
import pytest
import yaml

from its_cli.component_schema import whole
from its_cli.problems import problems

SEED = """\
llms:
  nim_llm: {_type: nim, model_name: llama, base_url: "http://127.0.0.1:9/v1"}
its_strategies:
  planner:
    _type: single_shot_multi_plan
    num_plans: 5
    planning_llm: nim_llm
  selector:
    _type: best_of_n_selection
functions:
  llm_chat: {_type: chat_completion, llm_name: nim_llm}
workflow:
  _type: execute_score_select_function
  augmented_fn: llm_chat
  selector: selector
  num_executions: 3
"""
DONE = ('its_strategies.selector={"_type": "majority_voting_selection"}',)
SCORER = "  scorer: {_type: llm_based_agent_scorer, scoring_llm: nim_llm}\nfunctions:"


@pytest.fixture
def found(tmp_path):
    def check(text: str, *overrides: str) -> list[str]:
        file = tmp_path / "its.yaml"
        file.write_text(text)
        return [line.replace(f"{tmp_path}/", "") for line in problems(file, overrides)]

    return check


def test_the_seeds_own_example_is_explained_and_right_once_a_scorer_is_added(found):
    (problem,) = found(SEED)

    assert problem.startswith("its.yaml:15: workflow.selector: best_of_n_selection chooses by score")
    assert "no scorer stands before it; add a scorer" in problem
    assert found(SEED.replace("functions:", SCORER), "workflow.scorer=scorer") == []


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("num_plans: 5", "num_plan: 5", "6: its_strategies.planner.num_plan: unknown key; did you mean 'num_plans'?"),
        ("num_plans: 5", "num_plans: 0", "6: its_strategies.planner.num_plans: Input should be greater than"),
        ("single_shot_multi_plan", "singel_shot", "5: its_strategies.planner._type: no strategy has the type"),
        ("_type: single_shot_multi_plan", "x: 1", "4: its_strategies.planner: _type is missing"),
        (
            "planning_llm: nim_llm",
            "planning_llm: nim",
            "7: its_strategies.planner.planning_llm: there is no LLM called",
        ),
        (
            "augmented_fn: llm_chat",
            "augmented_fn: chat",
            "14: workflow.augmented_fn: there is no function called 'chat'",
        ),
        ("selector: selector", "selector: planner", "15: workflow.selector: strategy 'planner'"),
        ("functions:", "functionz:", "10: functionz: unknown section; did you mean 'functions'?"),
    ],
)
def test_each_error_has_its_line_its_path_and_what_would_be_right(found, old, new, line):
    assert any(one.startswith(f"its.yaml:{line}") for one in found(SEED.replace(old, new, 1)))


def test_the_stage_is_checked_before_the_pipeline(found):
    (problem,) = found(SEED, "workflow.selector=planner")

    assert "does search; selection is wanted here" in problem


def test_a_strategy_of_another_pipeline_is_refused(found):
    plans = {"_type": "llm_based_plan_selection", "selection_llm": "nim_llm"}

    (problem,) = found(SEED, f"its_strategies.selector={json.dumps(plans)}")

    assert problem.endswith("can be part of planning pipelines; this is a agent_execution pipeline")


def test_a_circle_of_functions_is_found_once(found):
    text = SEED.replace("functions:", SCORER) + "  scorer: scorer\n"

    around = "{_type: execute_score_select_function, augmented_fn: workflow, selector: selector, scorer: scorer}"

    (problem,) = found(text, f"functions.llm_chat={around}")

    assert "it refers to itself: functions.llm_chat → workflow → functions.llm_chat" in problem


def test_a_name_that_is_near_to_none_is_answered_with_those_of_its_kind(found):
    text = SEED.replace("planning_llm: nim_llm", "planning_llm: zzz").replace("num_executions", "nun_executions")

    problems = found(text)

    assert any(one.endswith("there is no LLM called 'zzz'; there are nim_llm") for one in problems)


def test_what_is_wrong_with_a_template_is_said_in_our_words(found):
    (problem,) = found(SEED.replace("num_plans: 5", "planning_template: '{prompt}'"), *DONE)

    assert ": its_strategies.planner.planning_template: missing variable {context}; the template has" in problem


def test_every_error_is_reported_at_once(found):
    text = SEED.replace("num_plans: 5", "num_plan: 5").replace("planning_llm: nim_llm", "planning_llm: nim")

    assert len(found(text)) == 3


def test_both_names_of_the_section_may_stand_and_share_their_entries(found):
    later = "ttc_strategies: {scorer: {_type: llm_based_agent_scorer, scoring_llm: nim_llm}}\n"

    assert found(later + SEED, "workflow.scorer=scorer") == []
    twice = found(later.replace("scorer:", "selector:", 1) + SEED)
    assert any("ttc_strategies.selector: there is another strategy called 'selector'" in one for one in twice)


def test_the_key_of_an_endpoint_that_is_not_set_is_an_error(found, monkeypatch):
    monkeypatch.delenv("NVIDIA_API_KEY", raising=False)

    hosted = SEED.replace(', base_url: "http://127.0.0.1:9/v1"', "")

    assert any("NVIDIA_API_KEY isn't set" in line for line in found(hosted))


def test_the_schema_tells_types_apart():
    schema = whole()
    right = yaml.safe_load(SEED)
    wrong = yaml.safe_load(SEED.replace("num_plans", "num_plan"))

    jsonschema.validate(right, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, schema)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("model_name: llama", "model: llama"),
        ("_type: best_of_n_selection", "_type: nat.experimental.test_time_compute.models/best_of_n_selector"),
        ("_type: best_of_n_selection", "_type: beam-search\n    beam_width: 2\n    samples: 8"),
        ("its_strategies", "ttc_strategies"),
        ("functions:", "function_groups:\n  web: {_type: mcp, server: {transport: stdio, command: serve}}\nfunctions:"),
    ],
)
def test_the_schema_knows_what_may_be_written_in_other_words(found, old, new):
    text = SEED.replace(old, new, 1)

    jsonschema.validate(yaml.safe_load(text), whole())
    assert not [one for one in found(text) if "unknown" in one or "no strategy" in one]


@pytest.mark.parametrize(
    ("old", "new"),
    [("model_name: llama", "model_name: llama, model: llama"), ("model_name: llama", "temperature: 0")],
)
def test_the_schema_wants_the_model_of_an_endpoint_once(old, new):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(yaml.safe_load(SEED.replace(old, new)), whole())
