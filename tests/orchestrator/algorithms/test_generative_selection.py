"""Generative selection returns what the judge picks in both orders, and never what it picks for its place."""

import re
from collections.abc import Callable

import pytest

from its_orchestrator.algorithms import GenerativeSelection
from its_orchestrator.events import Note
from its_orchestrator.prompt import transcript
from its_orchestrator.testing import Fault, Result, World, virtual_time

SHOWN = re.compile(r"\[answer \d+ \| \w+\]\n(.*?)\n\[end", re.DOTALL)


def picking(taste: Callable[[list[str]], int]) -> Callable[[str], str | None]:
    """Return a judge that names one of the answers which it reads, by place."""

    def reply(prompt: str) -> str | None:
        shown = SHOWN.findall(prompt)
        return f"I compare.\n**Best: {taste(shown) + 1}**" if shown else None

    return reply


def longest(shown: list[str]) -> int:
    return max(range(len(shown)), key=lambda place: len(shown[place]))


def notes(result: Result) -> list[str]:
    return [event.kind.message for event in result.events if isinstance(event.kind, Note)]


def different(count: int) -> list[str]:
    return [f"{'so ' * number}\\boxed{{{number}}}" for number in range(count)]


@pytest.mark.parametrize("samples", [2, 3, 4, 5, 9, 16, 17])
async def test_the_answer_that_the_judge_likes_best_wins_the_whole_tournament(samples: int):
    said = different(samples)
    result = await World(said, in_order=True, reply=picking(longest)).solve(GenerativeSelection(), samples)

    assert result.text == said[-1]
    assert all("the judge picked" in one for one in notes(result))


async def test_no_judge_reads_more_answers_than_a_pool_holds_and_each_pool_is_read_twice():
    world = World(different(9), in_order=True, reply=picking(longest))
    await world.solve(GenerativeSelection(pool=3), 9)
    read = [len(SHOWN.findall(transcript(one.prompt))) for one in world.generator.generations[1:]]

    assert read == [3] * 8


@pytest.mark.parametrize("place", [0, -1], ids=["the first", "the last"])
async def test_a_judge_that_prefers_a_place_leaves_it_to_the_votes(place: int):
    said = ["\\boxed{1}", "so \\boxed{2}", "thus \\boxed{2}", "hence \\boxed{2}"]
    world = World(said, in_order=True, reply=picking(lambda shown: place % len(shown)))
    result = await world.solve(GenerativeSelection(pool=2), 4)

    assert "\\boxed{2}" in result.text
    assert "and votes picked" in notes(result)[-1]


@pytest.mark.parametrize("verdict", ["", "both are fine"])
async def test_a_judge_that_names_none_leaves_it_to_the_votes(verdict: str):
    said = ["\\boxed{1}", "so \\boxed{2}", "\\boxed{2}"]
    world = World(said, in_order=True, reply=lambda prompt: verdict if "Best:" in prompt else None)
    result = await world.solve(GenerativeSelection(), 3)

    assert result.text == "\\boxed{2}"
    assert "named none" in notes(result)[0]


async def test_one_verdict_counts_where_the_other_failed():
    said = different(3)
    world = World(said, in_order=True, reply=picking(longest), faults={1: Fault.REFUSES})
    result = await world.solve(GenerativeSelection(), 3)

    assert result.text == said[-1]


async def test_nobody_is_asked_about_equal_answers():
    world = World(["\\boxed{4}", "it is \\boxed{4.0}"], in_order=True, reply=picking(longest))
    await world.solve(GenerativeSelection(), 2)

    assert len(world.generator.generations) == 1


async def test_of_equal_answers_the_judge_reads_one():
    said = ["\\boxed{0.5}", "it is \\boxed{1/2}", "\\boxed{3}", "thus \\boxed{.5}"]
    world = World(said, in_order=True, reply=picking(longest))
    await world.solve(GenerativeSelection(), 4)
    read = [SHOWN.findall(transcript(one.prompt)) for one in world.generator.generations[1:]]

    assert [set(shown) for shown in read] == [{said[0], said[2]}] * 2


async def test_what_the_judge_writes_counts_as_a_judges_tokens():
    result = await World(different(2), in_order=True, reply=lambda one: "Best: 1" if "Best:" in one else None).solve(
        GenerativeSelection(), 2
    )

    assert result.answer.ledger.judge_tokens == 2 * (len("Best: 1") + 1)


async def test_an_answer_without_a_final_answer_does_not_compete_with_one_that_has():
    world = World(["\\boxed{1}", "\\boxed{2}", "a long one that says nothing"], in_order=True, reply=picking(longest))
    result = await world.solve(GenerativeSelection(), 3)

    assert "boxed" in result.text


def test_an_answer_that_was_cut_off_does_not_compete():
    said = ["\\boxed{1}", "\\boxed{2}", "a long one that is never finished \\boxed{3}"]
    world = World(said, in_order=True, reply=picking(longest), faults={0: Fault.HANGS})
    result = virtual_time.run(world.solve(GenerativeSelection(), 3, seconds=1))

    assert result.text in said[:2]
