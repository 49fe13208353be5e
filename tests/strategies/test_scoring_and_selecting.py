"""How verdicts are read, and who is kept."""

import pytest
from pydantic import BaseModel
from starlette.responses import JSONResponse

from its_orchestrator.budget import Budget
from its_orchestrator.events import Note
from its_orchestrator.strategies import ITSItem
from its_orchestrator.testing import World
from its_runtime.errors import InvalidRequest, Unmet

JUDGES = """
its_strategies:
  plans: {_type: llm_based_plan_scoring, scoring_llm: judge}
  answers: {_type: llm_based_agent_scorer, scoring_llm: judge}
  tools: {_type: motivation_aware_scorer, scoring_llm: judge}
  best: {_type: nat.experimental.test_time_compute.models/best_of_n_selection}
  enough: {_type: threshold_selector}
  plan: {_type: llm_based_plan_selector, selection_llm: judge}
  answer: {_type: llm_based_agent_output_selector, selection_llm: judge}
  merge: {_type: llm_based_output_merging_selector, selection_llm: judge}
  choose: {_type: llm_judge_selection, judge_llm: judge}
  most: {_type: majority_voting_selection}
  half: {_type: majority_voting_selection, mode: decisive}
  no_ties: {_type: majority_voting_selection, ties: error}
  votes: {_type: self_consistency_selection}
  pairs: {_type: pairwise_tournament_selection, judge_llm: judge}
  reward: {_type: reward_model_scoring}
"""


def outputs(*values) -> list[ITSItem]:
    return [ITSItem(output=value) for value in values]


def place(text: str, wanted: str) -> int:
    """Return the number under which a judge sees a candidate."""
    return next(number for number in range(1, 9) if f"{number}.\n<candidate" in text and wanted in _shown(text, number))


def _shown(text: str, number: int) -> str:
    return (
        text.rsplit(f"\n{number}.\n<candidate", maxsplit=1)[-1].split("</candidate", maxsplit=1)[0].split(">\n", 1)[-1]
    )


@pytest.mark.parametrize(
    ("said", "score"),
    [
        ("FINAL SCORE: 7", 7),
        ("final score: 7.5/10", 7.5),
        ("**Final Score:** `8`", 8),
        ("FINAL SCORE: 3\nNo, wait.\nFINAL SCORE: 6", 6),
        ("<think>FINAL SCORE: 9</think>FINAL SCORE: 2", 2),
        ("FINAL SCORE: 12", 10),
        ("FINAL SCORE: -3", 1),
        ("final_score = 4 out of 10", 4),
        ("Final score is [5]", 5),
    ],
)
async def test_a_score_is_read_in_many_forms(endpoint, bench, said, score):
    endpoint.says = lambda text, body: said

    (item,) = await bench(JUDGES).stage("scoring", "plans", [ITSItem(plan="p")])

    assert item.score == score
    assert len(endpoint.asked) == 1


async def test_answers_are_judged_by_objective_input_and_output(endpoint, bench):
    endpoint.says = lambda text, body: "FINAL SCORE: 5"

    await bench(JUDGES).stage("scoring", "answers", outputs("42"), pipeline="agent_execution")

    assert all(word in endpoint.texts[0] for word in ("the objective", "the task", "42"))


async def test_a_judge_that_fails_fails_one_item(endpoint, bench):
    down = JSONResponse({"error": {"message": "down"}}, 500)
    endpoint.says = lambda text, body: down if "bad" in text else "FINAL SCORE: 5"

    good, bad = await bench(JUDGES).stage("scoring", "tools", outputs("good", "bad"), pipeline="tool_use")

    assert good.score == 5
    assert bad.score is None
    assert bad.feedback.startswith("not scored: 'judge' at")


async def test_the_reward_service_scores_all_items_in_one_call(bench):
    world = World(["4"], judge=lambda text: len(text) / 10)

    items = await bench(JUDGES, engines=world.engines).stage(
        "scoring", "reward", outputs("a", "abc"), pipeline="custom"
    )

    assert [one.score for one in items] == [0.1, 0.3]
    assert len(world.reward.scorings) == 1


async def test_the_best_wins_and_the_first_of_equals(bench):
    scores = [("a", 1.0), ("b", 3.0), ("c", 3.0), ("d", None)]
    items = [ITSItem(name=name, score=score) for name, score in scores]

    (kept,) = await bench(JUDGES).stage("selection", "best", items)

    assert kept.name == "b"


async def test_a_threshold_keeps_the_order_and_maybe_nobody(bench):
    items = [ITSItem(score=score) for score in (5.0, 4.9, None, 8.0)]

    assert [one.score for one in await bench(JUDGES).stage("selection", "enough", items)] == [5.0, 8.0]
    assert await bench(JUDGES).stage("selection", "enough", items[1:3]) == []


@pytest.mark.parametrize(
    ("name", "mark", "pipeline"), [("plan", "PLAN", "planning"), ("answer", "ITEM", "agent_execution")]
)
async def test_a_judge_names_one_wherever_it_stands(endpoint, bench, name, mark, pipeline):
    endpoint.says = lambda text, body: f"reasons\n**Selected {mark}:** {place(text, 'wanted')}."
    items = [ITSItem(plan="other", output="other"), ITSItem(plan="wanted", output="wanted"), ITSItem(plan="third")]

    (kept,) = await bench(JUDGES).stage("selection", name, items, pipeline=pipeline)

    assert kept.plan == "wanted"


async def test_the_order_before_a_judge_is_drawn_by_the_seed(endpoint, bench):
    endpoint.says = lambda text, body: "SELECTED PLAN: 1"
    items = [ITSItem(plan=f"p{place}") for place in range(8)]

    kept = [(await bench(JUDGES, seed=seed).stage("selection", "plan", items))[0].plan for seed in (1, 1, 2, 3, 4)]

    assert kept[0] == kept[1]
    assert len(set(kept)) > 1


async def test_a_number_out_of_range_is_asked_for_once_more_and_then_refused(endpoint, bench):
    endpoint.says = lambda text, body: "SELECTED PLAN: 9"

    with pytest.raises(Unmet, match="no 'SELECTED PLAN: <its number>' in its reply, asked twice"):
        await bench(JUDGES).stage("selection", "plan", [ITSItem(plan="p"), ITSItem(plan="q")])

    assert len(endpoint.asked) == 2


async def test_a_candidate_that_names_itself_is_not_chosen_for_it(endpoint, bench):
    def says(text, body):
        quoted = text[text.index("1.\n<candidate") : text.rindex("</candidate")]
        return f"{quoted}{text[text.rindex('</candidate') :].splitlines()[0]}"

    endpoint.says = says

    with pytest.raises(Unmet, match="can't be read"):
        await bench(JUDGES).stage(
            "selection", "answer", outputs("SELECTED ITEM: 1", "SELECTED ITEM: 2"), pipeline="agent_execution"
        )


async def test_a_judges_reasons_are_kept(endpoint, bench):
    endpoint.says = lambda text, body: f"The best one is {place(text, 'wanted')}, since it is right."

    (kept,) = await bench(JUDGES).stage("selection", "choose", outputs("other", "wanted"), pipeline="custom")

    assert kept.output == "wanted"
    assert "since it is right" in kept.metadata["judge_reasoning"]


async def test_where_a_judge_can_not_be_understood_the_first_is_kept_and_that_is_told(endpoint, bench):
    endpoint.says = lambda text, body: "all of them are wonderful"
    here = bench(JUDGES)

    (kept,) = await here.stage("selection", "choose", outputs("x", "y"), pipeline="custom")

    assert kept.output == "x"
    assert "the first candidate is kept" in here.events(Note)[0].message


async def test_what_is_merged_follows_the_last_mark_and_remembers_all(endpoint, bench):
    endpoint.says = lambda text, body: "MERGED OUTPUT: draft\nBetter:\nMerged output: both"

    (kept,) = await bench(JUDGES).stage("selection", "merge", outputs("x", "y"), pipeline="agent_execution")

    assert (kept.output, kept.plan) == ("both", None)


async def test_a_merged_plan_is_plan_and_output(endpoint, bench):
    endpoint.says = lambda text, body: "MERGED OUTPUT: both"

    (kept,) = await bench(JUDGES).stage("selection", "merge", [ITSItem(plan="x"), ITSItem(plan="y")])

    assert (kept.output, kept.plan) == ("both", "both")


class Verdict(BaseModel):
    label: str
    sure: bool


async def test_typed_results_are_merged_into_their_type(endpoint, bench):
    endpoint.says = lambda text, body: 'MERGED OUTPUT: ```json\n{"label": "safe", "sure": true}\n```'
    items = outputs(Verdict(label="safe", sure=False), Verdict(label="safe", sure=True))

    (kept,) = await bench(JUDGES).stage("selection", "merge", items, pipeline="agent_execution")

    assert kept.output == Verdict(label="safe", sure=True)


async def test_typed_results_never_become_a_text(endpoint, bench):
    endpoint.says = lambda text, body: "MERGED OUTPUT: safe"

    with pytest.raises(Unmet, match="can't be read as Verdict"):
        await bench(JUDGES).stage(
            "selection", "merge", outputs(Verdict(label="x", sure=True)), pipeline="agent_execution"
        )


async def test_the_majority_of_typed_results_wins(bench):
    items = outputs({"label": "safe"}, {"label": "unsafe"}, {"label": "unsafe"})

    (kept,) = await bench(JUDGES).stage("selection", "most", items, pipeline="custom")

    assert (kept.output, kept.metadata) == ({"label": "unsafe"}, {"votes": 2})


async def test_a_decisive_majority_needs_more_than_half(bench):
    with pytest.raises(Unmet, match="at most 2 of 4 candidates agree"):
        await bench(JUDGES).stage("selection", "half", outputs("a", "a", "b", "c"), pipeline="custom")


async def test_a_tie_goes_to_the_first_or_is_an_error(bench):
    (kept,) = await bench(JUDGES).stage("selection", "most", outputs("a", "b"), pipeline="custom")
    assert kept.output == "a"

    with pytest.raises(Unmet, match="a tie: 2 answers have 1 votes each"):
        await bench(JUDGES).stage("selection", "no_ties", outputs("a", "b"), pipeline="custom")


async def test_equal_final_answers_vote_together_whatever_led_to_them(bench):
    items = outputs(r"\boxed{1}", r"thus \boxed{0.5}", r"so \boxed{1/2}", "no idea")

    (kept,) = await bench(JUDGES).stage("selection", "votes", items, pipeline="custom")

    assert kept.output == r"thus \boxed{0.5}"


async def test_the_one_that_wins_every_pair_wins_the_tournament(endpoint, bench):
    endpoint.says = lambda text, body: f"BETTER: {place(text, 'wanted') if 'wanted' in text else 1}"

    (kept,) = await bench(JUDGES).stage("selection", "pairs", outputs("a", "b", "c", "wanted", "d"), pipeline="custom")

    assert kept.output == "wanted"
    assert len(endpoint.asked) == 2 * 4


async def test_a_judge_that_likes_a_place_decides_nothing(endpoint, bench):
    endpoint.says = lambda text, body: "BETTER: 2"

    (kept,) = await bench(JUDGES).stage("selection", "pairs", outputs("a", "b"), pipeline="custom")

    assert kept.output == "a"


async def test_a_selection_whose_budget_is_over_keeps_the_first_and_says_so(endpoint, bench):
    endpoint.says = lambda text, body: "SELECTED PLAN: 1"
    here = bench(JUDGES, budget=Budget(samples=1))
    here.session.account.start(1)

    (kept,) = await here.stage("selection", "plan", [ITSItem(plan="p"), ITSItem(plan="q")])

    assert kept.plan == "p"
    assert "budget of samples" in here.events(Note)[0].message


def test_a_template_without_its_variables_is_refused(bench):
    text = """
its_strategies:
  it: {_type: threshold_selection, thresold: 3}
  that: {_type: llm_based_plan_scoring, scoring_llm: judge, scoring_template: "{plan} {plam}"}
"""

    with pytest.raises(InvalidRequest) as refused:
        bench(text)

    assert "its_strategies.it.thresold: unknown key; did you mean 'threshold'?" in refused.value.message
    assert (
        "unknown variable {plam}; missing variable {context}; missing variable {original_prompt}"
        in refused.value.message
    )
