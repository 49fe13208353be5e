"""Self-refine revises what its critic finds wrong, and keeps the best."""

from collections.abc import Callable, Mapping

import pytest

from its_orchestrator.algorithms import SelfRefine
from its_orchestrator.algorithms.self_refine import graded
from its_orchestrator.events import Note
from its_orchestrator.prompt import transcript
from its_orchestrator.testing import Fault, Result, World


def scripted(grades: Mapping[str, str], revisions: Mapping[str, str]) -> Callable[[str], str | None]:
    """Return a critic that says of each answer what `grades` has, and a writer that revises as `revisions` has."""

    def reply(prompt: str) -> str | None:
        script = grades if "Grade:" in prompt and "reviewer" not in prompt else revisions
        shown = [one for one in script if f"]\n{one}\n[end" in prompt]
        return script[shown[0]] if shown else None

    return reply


def notes(result: Result) -> str:
    return "; ".join(event.kind.message for event in result.events if isinstance(event.kind, Note))


async def test_a_draft_is_revised_until_nothing_is_wrong():
    grades = {"bad": "Too short. Grade: 3/10", "better": "Hm.\nGrade: 7", "good": "No issues.\nGrade: 10"}
    world = World(["bad"], reply=scripted(grades, {"bad": "better", "better": "good", "good": "spoiled"}))
    result = await world.solve(SelfRefine(), 4)

    assert result.text == "good"
    assert [one.score for one in result.answer.candidates] == [3, 7, 10]
    assert [one.sources for one in result.answer.candidates] == [(), ("0",), ("2",)]


async def test_the_reviser_reads_the_critique():
    world = World(["bad"], reply=scripted({"bad": "The sign is wrong. Grade: 3"}, {"bad": "good"}))
    await world.solve(SelfRefine(), 2)

    assert "The sign is wrong." in transcript(world.generator.generations[2].prompt)


async def test_a_revision_that_is_worse_ends_the_chain_and_is_not_kept():
    grades = {"fair": "Grade: 6", "worse": "Grade: 2"}
    world = World(["fair"], reply=scripted(grades, {"fair": "worse", "worse": "never"}))
    result = await world.solve(SelfRefine(), 4)

    assert result.text == "fair"
    assert [one.text for one in result.answer.candidates] == ["fair", "worse"]


@pytest.mark.parametrize("revisions", [1, 2])
async def test_a_chain_has_no_more_revisions_than_it_may(revisions: int):
    world = World(["a"], reply=scripted(dict.fromkeys("abcd", "Grade: 5"), dict(zip("abc", "bcd", strict=True))))
    result = await world.solve(SelfRefine(revisions=revisions), 1 + revisions)

    assert result.text == "abc"[revisions]
    assert result.answer.ledger.samples == 1 + revisions


async def test_a_critic_without_a_grade_ends_the_chain_with_its_draft_and_says_so():
    result = await World(["fair"], reply=scripted({"fair": "Lovely!"}, {"fair": "changed"})).solve(SelfRefine(), 4)

    assert result.text == "fair"
    assert "no grade" in notes(result)


async def test_a_larger_budget_starts_chains_whose_best_drafts_vote():
    grades = {
        "\\boxed{1}": "Grade: 9",
        "\\boxed{2}": "Grade: 4",
        "\\boxed{3}": "Grade: 4",
        "so \\boxed{1}": "Grade: 10",
    }
    revisions = {"\\boxed{2}": "so \\boxed{1}", "\\boxed{3}": "\\boxed{3}"}
    world = World(["\\boxed{2}", "\\boxed{3}", "\\boxed{1}"], in_order=True, reply=scripted(grades, revisions))
    result = await world.solve(SelfRefine(), 9)

    assert result.text == "so \\boxed{1}"
    assert result.answer.chosen.votes == 2


@pytest.mark.parametrize("call", [1, 2, 3], ids=["critic", "reviser", "critic again"])
async def test_whatever_fails_the_best_graded_draft_is_kept(call: int):
    reply = scripted({"bad": "Grade: 3", "good": "Grade: 9"}, {"bad": "good", "good": "other"})
    result = await World(["bad"], reply=reply, faults={call: Fault.REFUSES}).solve(SelfRefine(), 4)

    assert result.text == "bad"


@pytest.mark.parametrize(
    ("critique", "grade"),
    [
        ("Grade: 7", 7),
        ("**Grade:** 7/10", 7),
        ("grade is 6.5", 6.5),
        ("I'd say 8/10.", 8),
        ("Score: 0", 0),
        ("Grade: 4. After another look, Grade: 9", 9),
        ("There are no issues.", 10),
        ("Grade: 70", None),
        ("Good!", None),
        ("", None),
        (None, None),
    ],
)
def test_a_grade_is_understood_in_many_forms(critique: str | None, grade: float | None):
    assert graded(critique) == grade
