"""A judge that can be held to a JSON schema is held to one; what it then says is read as JSON."""

import json

import pytest

from its_orchestrator.strategies import ITSItem

STRUCTURED = """
llms:
  judge: {{_type: openai, model_name: j, base_url: "{url}", max_retries: 0, structured_outputs: true}}
its_strategies:
  plans: {{_type: llm_based_plan_scoring, scoring_llm: judge}}
  choose: {{_type: llm_judge_selection, judge_llm: judge}}
  merge: {{_type: llm_based_agent_output_merging, selection_llm: judge}}
  pairs: {{_type: pairwise_tournament_selection, judge_llm: judge}}
"""


@pytest.fixture
def structured(bench, endpoint):
    return bench(STRUCTURED.format(url=endpoint.url))


def verdict(value) -> str:
    return json.dumps({"reasons": "because", "verdict": value})


async def test_a_score_is_a_number_of_its_schema(endpoint, structured):
    endpoint.says = lambda text, body: verdict(7.5)

    (item,) = await structured.stage("scoring", "plans", [ITSItem(plan="p")])

    assert item.score == 7.5
    form = endpoint.asked[0]["response_format"]["json_schema"]["schema"]
    assert form["properties"]["verdict"] == {"type": "number", "minimum": 1, "maximum": 10}


async def test_a_choice_keeps_its_reasons(endpoint, structured):
    endpoint.says = lambda text, body: verdict(2)

    (kept,) = await structured.stage(
        "selection", "choose", [ITSItem(output="x"), ITSItem(output="y")], pipeline="custom"
    )

    assert kept.metadata == {"judge_reasoning": "because"}
    schema = endpoint.asked[0]["response_format"]["json_schema"]["schema"]["properties"]["verdict"]
    assert schema == {"type": "integer", "minimum": 1, "maximum": 2}


async def test_what_is_merged_is_a_text(endpoint, structured):
    endpoint.says = lambda text, body: verdict("both")
    items = [ITSItem(output="x"), ITSItem(output="y")]

    (kept,) = await structured.stage("selection", "merge", items, pipeline="agent_execution")

    assert kept.output == "both"


async def test_a_pair_is_decided(endpoint, structured):
    endpoint.says = lambda text, body: verdict(1 if text.index("wanted") < text.index("other") else 2)
    items = [ITSItem(output="other"), ITSItem(output="wanted")]

    (kept,) = await structured.stage("selection", "pairs", items, pipeline="custom")

    assert kept.output == "wanted"


async def test_a_server_that_ignores_the_schema_is_understood_all_the_same(endpoint, structured):
    endpoint.says = lambda text, body: "well...\nFINAL SCORE: 4"

    (item,) = await structured.stage("scoring", "plans", [ITSItem(plan="p")])

    assert item.score == 4
    assert len(endpoint.asked) == 1


async def test_a_verdict_that_does_not_keep_the_schema_is_asked_for_once_more(endpoint, structured):
    endpoint.says = lambda text, body: verdict("splendid")

    (item,) = await structured.stage("scoring", "plans", [ITSItem(plan="p")])

    assert item.score is None
    assert len(endpoint.asked) == 2
