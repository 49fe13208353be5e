"""What search strategies make: how many, in which order, from which model, and never of an error."""

import pytest
from starlette.responses import JSONResponse

from its_orchestrator.strategies import ITSItem
from its_runtime.errors import ItsError, Unavailable

SEARCH = """
its_strategies:
  one: {_type: single_shot_multi_plan, planning_llm: a, num_plans: 1}
  plans: {_type: multi_llm_plan, llms: [a, b]}
  queries: {_type: multi_query_retrieval_search, llms: [a, b]}
  answers: {_type: multi_llm_generation, llms: [a, b, c]}
"""


def failing(model: str, says):
    failed = JSONResponse({"error": {"message": "secret"}}, 500)
    return lambda text, body: failed if body["model"] == model else says(text, body)


async def test_one_plan_is_written_at_the_lowest_temperature(endpoint, bench):
    endpoint.says = lambda text, body: f"Plan: {body['temperature']}"

    (plan,) = await bench(SEARCH).stage("search", "one")

    assert plan.plan == "0.5"


async def test_plans_of_several_models_come_model_by_model(endpoint, bench):
    endpoint.says = lambda text, body: f"**PLAN:** {body['model']}{body['temperature']}"

    plans = await bench(SEARCH).stage("search", "plans")

    assert [one.plan for one in plans] == ["a0.5", "a1.0", "b0.5", "b1.0"]
    assert [one.metadata["model"] for one in plans] == ["a", "a", "b", "b"]


async def test_a_query_is_followed_by_what_each_model_makes_of_it(endpoint, bench):
    endpoint.says = lambda text, body: f"{body['model']}: {'cats' if 'cats' in text else 'dogs'}"
    items = [ITSItem(input=one, name="wiki", metadata={"motivation": "love"}) for one in ("cats", "dogs")]

    found = await bench(SEARCH).stage("search", "queries", items, pipeline="tool_use")

    assert [one.output for one in found] == ["cats", "a: cats", "b: cats", "dogs", "a: dogs", "b: dogs"]
    assert {one.name for one in found} == {"wiki"}
    assert all(one.metadata == {"motivation": "love"} for one in found)
    assert sum("love" in text for text in endpoint.texts) == 4


async def test_a_query_that_can_not_be_rewritten_is_still_asked(endpoint, bench):
    endpoint.says = failing("a", lambda text, body: "rewritten")

    found = await bench(SEARCH).stage("search", "queries", [ITSItem(input="cats")], pipeline="tool_use")

    assert [one.output for one in found] == ["cats", "rewritten"]


async def test_all_queries_are_rewritten_at_once(endpoint, bench):
    endpoint.says, endpoint.wait_for = lambda text, body: "rewritten", 6

    await bench(SEARCH).stage("search", "queries", [ITSItem(input=str(one)) for one in range(3)], pipeline="tool_use")

    assert endpoint.most == 6


async def test_an_error_is_never_an_answer(endpoint, bench):
    endpoint.says = failing("b", lambda text, body: f"answer of {body['model']}")

    answers = await bench(SEARCH).stage("search", "answers", pipeline="custom")

    assert [(one.output, one.metadata) for one in answers] == [
        ("answer of a", {"model": "a"}),
        ("answer of c", {"model": "c"}),
    ]


async def test_when_no_model_answers_every_cause_is_told_once(endpoint, bench):
    endpoint.says = lambda text, body: JSONResponse({"error": {"message": "secret"}}, 500)

    with pytest.raises(Unavailable) as failed:
        await bench(SEARCH).stage("search", "answers", pipeline="custom")

    assert all(f"'{model}' at" in failed.value.message for model in "abc")
    assert "secret" not in failed.value.message


async def test_without_a_prompt_there_is_nothing_to_answer(endpoint, bench):
    assert await bench(SEARCH).stage("search", "answers", pipeline="custom", prompt="") == []
    assert not endpoint.asked


@pytest.mark.parametrize(
    ("status", "words"), [(401, "refuses the key"), (429, "too much to do"), (400, "refuses the request"), (404, "404")]
)
async def test_what_an_endpoint_refuses_is_explained(endpoint, bench, status, words):
    endpoint.says = lambda text, body: JSONResponse({"error": {"message": "secret"}}, status)

    with pytest.raises(ItsError, match=words):
        await bench(SEARCH).stage("search", "one")
