"""What editing strategies change, and what they leave alone."""

from starlette.responses import JSONResponse

from its_orchestrator.events import AttemptEnded, Note
from its_orchestrator.strategies import ITSItem

EDITING = """
its_strategies:
  refine: {_type: iterative_plan_refinement, editor_llm: a, num_iterations: 2}
  default: {_type: iterative_plan_refinement, editor_llm: a}
  review: {_type: llm_as_a_judge_editor, feedback_llm: a, editing_llm: b}
  summarise: {_type: motivation_aware_summarization, editor_llm: a}
"""
DOWN = JSONResponse({"error": {"message": "down"}}, 500)


async def test_each_round_edits_what_the_last_one_left(endpoint, bench):
    def says(text, body):
        return "more" if "Criticise" in text else f"edited plan: {'p' + 'x' * ((text.count('px') and 2) or 1)}"

    endpoint.says = says

    (item,) = await bench(EDITING).stage("editing", "refine", [ITSItem(plan="p")])

    assert (item.plan, item.feedback) == ("pxx", "more")


async def test_the_default_number_of_rounds_can_be_used(endpoint, bench):
    endpoint.says = lambda text, body: "EDITED PLAN: q"

    await bench(EDITING).stage("editing", "default", [ITSItem(plan="p")])

    assert len(endpoint.asked) == 6


async def test_an_empty_edit_keeps_the_plan(endpoint, bench):
    endpoint.says = lambda text, body: "more" if "Criticise" in text else "EDITED PLAN:"

    (item,) = await bench(EDITING).stage("editing", "refine", [ITSItem(plan="p")])

    assert item.plan == "p"


async def test_a_round_that_fails_keeps_the_rounds_before_it_and_is_told(endpoint, bench):
    endpoint.says = lambda text, body: DOWN if len(endpoint.asked) > 2 else "EDITED PLAN: q"
    here = bench(EDITING)

    (item,) = await here.stage("editing", "refine", [ITSItem(plan="p")])

    assert item.plan == "q"
    assert "refined 1 times only" in here.events(Note)[0].message


async def test_feedback_of_one_model_is_worked_in_by_another(endpoint, bench):
    endpoint.says = lambda text, body: "1. salt" if body["model"] == "a" else f"EDITED PLAN: with {'1. salt' in text}"

    (item,) = await bench(EDITING).stage("editing", "review", [ITSItem(plan="soup")])

    assert (item.plan, item.feedback) == ("with True", "1. salt")


async def test_without_feedback_nothing_is_edited(endpoint, bench):
    endpoint.says = lambda text, body: "<think>perfect</think>"

    (item,) = await bench(EDITING).stage("editing", "review", [ITSItem(plan="soup")])

    assert (item.plan, item.feedback) == ("soup", None)
    assert [body["model"] for body in endpoint.asked] == ["a"]


async def test_a_summary_is_grounded_in_task_and_motivation(endpoint, bench):
    endpoint.says = lambda text, body: "short"
    long = ITSItem(input="look up", output={"pages": 3}, name="wiki", metadata={"motivation": "to know"})

    (item,) = await bench(EDITING).stage("editing", "summarise", [long], pipeline="tool_use")

    assert (item.output, item.name, item.metadata) == ("short", "wiki", {"motivation": "to know"})
    assert all(word in endpoint.texts[0] for word in ("look up", "to know", '{"pages": 3}'))


async def test_an_item_whose_edit_fails_stays_what_it_was(endpoint, bench):
    endpoint.says = lambda text, body: DOWN if "bad" in text else "short"
    items = [ITSItem(output="good"), ITSItem(output="bad")]
    here = bench(EDITING)

    edited = await here.stage("editing", "summarise", items, pipeline="tool_use")

    assert [one.output for one in edited] == ["short", "bad"]
    assert [one.candidate_index for one in here.events(AttemptEnded) if one.error] == [1]
