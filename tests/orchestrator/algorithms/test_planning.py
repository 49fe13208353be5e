"""Planning gives each approach a share of the budget of the algorithm that it wraps, and takes the best answer."""

import pytest
from pydantic import ValidationError

from its_orchestrator.algorithms import BUILTIN, Algorithm, Planning
from its_orchestrator.events import CandidateEnded, Note
from its_orchestrator.prompt import transcript
from its_orchestrator.testing import Fault, Result, World, laws, virtual_time

PLAN = "Here are some:\n1. Count upwards.\n2) Count downwards.\n**3.** Look it up."
SAID = {"upwards": "up \\boxed{1}", "downwards": "down \\boxed{2}", "Look": "look \\boxed{2}"}


def reply(prompt: str) -> str | None:
    """Plan, or answer by the approach that the prompt hints at."""
    if "different approaches" in prompt:
        return PLAN
    return next((said for word, said in SAID.items() if word in prompt), None)


def notes(result: Result) -> list[str]:
    return [event.kind.message for event in result.events if isinstance(event.kind, Note)]


async def test_each_approach_has_its_share_and_is_hinted_at():
    world = World(["\\boxed{9}"], reply=reply)
    result = await world.solve(Planning(), 8)
    asked = [
        (one.branches[0].count, transcript(one.prompt).strip().rpartition(": ")[2])
        for one in world.generator.generations
    ]

    assert asked[1:] == [(2, "Count upwards."), (3, "Count downwards."), (3, "Look it up.")]
    assert result.answer.ledger.samples == 8


async def test_what_most_candidates_of_all_approaches_share_is_the_answer():
    result = await World(["\\boxed{9}"], reply=reply).solve(Planning(), 6)

    assert "\\boxed{2}" in result.text


async def test_with_scores_the_best_of_the_approaches_is_the_answer():
    world = World(["\\boxed{9}"], reply=reply, judge=lambda text: 0.9 if "up" in text else 0.2)
    result = await world.solve(Planning(algorithm="best-of-n"), 6)

    assert result.text == SAID["upwards"]


async def test_a_step_search_can_be_wrapped():
    world = World(["\\boxed{9}"], reply=lambda prompt: f"so\n\n{said}" if (said := reply(prompt)) else None)
    result = await world.solve(Planning(algorithm="beam-search", parameters={"beam_width": 2}), 8)

    assert result.text in {f"so\n\n{one}" for one in SAID.values()}


@pytest.mark.parametrize("plan", ["", "No idea."])
async def test_without_a_plan_the_wrapped_algorithm_has_the_whole_budget(plan: str):
    world = World(["\\boxed{4}"], reply=lambda prompt: plan if "different approaches" in prompt else None)
    result = await world.solve(Planning(), 8)

    assert world.generator.generations[1].branches[0].count == 8
    assert "there is no plan" in notes(result)[0]


async def test_tokens_are_divided_among_approaches_and_what_is_left_over_is_the_next_ones():
    """One approach could spend all: each of nine answers would have 201 tokens."""
    long = World(["\\boxed{9}"], reply=lambda prompt: PLAN if "different approaches" in prompt else "x" * 200)
    short = World(["\\boxed{9}"], reply=reply)
    cut, whole = [await world.solve(Planning(), 9, tokens=700) for world in (long, short)]
    tried = [one.kind.text for one in cut.events if isinstance(one.kind, CandidateEnded)]

    assert sum("approach" in note and "has spent its share" in note for note in notes(cut)) == 2
    assert len({transcript(one.prompt) for one in long.generator.generations}) == 4, "a plan and three approaches"
    assert tried
    assert cut.answer.ledger.completion_tokens <= 700
    assert not any("has spent its share" in note for note in notes(whole))
    assert whole.answer.ledger.samples == 9


def test_seconds_are_divided_among_approaches():
    world = World(["\\boxed{9}"], reply=reply, faults={1: Fault.STALLS})
    result = virtual_time.run(world.solve(Planning(), 6, seconds=3))

    assert "\\boxed{2}" in result.text, "the approaches behind the one that stalls are tried"
    assert any("approach 1 has spent its share" in note for note in notes(result))
    assert world.quiet


async def test_an_approach_that_fails_leaves_the_others():
    result = await World(["\\boxed{9}"], reply=reply, faults={1: Fault.REFUSES}).solve(Planning(), 6)

    assert "\\boxed{2}" in result.text


async def test_a_budget_too_small_for_two_approaches_is_not_planned():
    world = World(["\\boxed{4}"], reply=reply)
    await world.solve(Planning(), 3)

    assert len(world.generator.generations) == 1


@pytest.mark.parametrize("wrapped", [kind for kind in BUILTIN if kind is not Planning], ids=lambda kind: kind.name)
async def test_every_other_algorithm_can_be_wrapped(wrapped: type[Algorithm]):
    result = await World(["\\boxed{9}"], reply=reply).solve(Planning(algorithm=wrapped.name), 9)

    assert result.text in SAID.values()
    assert sum(note.startswith("approach") for note in notes(result)) == 3
    assert result.answer.ledger.samples <= 9


@pytest.mark.parametrize("wrapped", ["beam-search", "particle-filtering", "recursive-self-aggregation", "self-refine"])
async def test_the_laws_hold_whatever_is_wrapped(wrapped: str):
    def make() -> World:
        return World(["a\n\n\\boxed{1}", "b\n\n\\boxed{2}"], reply=lambda one: PLAN if "approaches" in one else None)

    await laws.hold(Planning(algorithm=wrapped), make, 9)


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"algorithm": "magic"}, "no algorithm to wrap is called 'magic'"),
        ({"algorithm": "planning"}, "no algorithm to wrap is called 'planning'; there are"),
        ({"algorithm": "beam-search", "parameters": {"beam_width": 0}}, "beam_width"),
        ({"parameters": {"width": 3}}, "width"),
    ],
)
def test_what_can_not_be_wrapped_is_refused_by_name(parameters: dict[str, object], words: str):
    with pytest.raises(ValidationError, match=words):
        Planning.model_validate(parameters)


async def test_a_wrapped_algorithm_asks_for_the_reward_model_that_it_needs(orchestrate):
    toy = World(["\\boxed{9}"], reply=reply)
    async with orchestrate(
        toy, profiles={"careful": {"algorithm": "planning", "parameters": {"algorithm": "best-of-n"}}}
    ) as its:
        solved = await its.solve(samples=6)

    assert solved.answer.reward_model.name == "toy-reward"
    assert toy.reward.scorings
