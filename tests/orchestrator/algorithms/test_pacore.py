"""PaCoRe writes one answer at last, each round having read the conclusions of the one before."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from its_orchestrator.algorithms import Pacore
from its_orchestrator.algorithms.pacore import conclusion, widths
from its_orchestrator.budget import StoppedBy
from its_orchestrator.prompt import transcript
from its_orchestrator.testing import Fault, World, virtual_time

SHOWN = re.compile(r"\[answer \d+ \| \w+\]\n(.*?)\n\[end", re.DOTALL)
SAID = ["long reasoning\n\n\\boxed{1}", "other reasoning\n\n\\boxed{2}", "more\n\n\\boxed{2}"]


async def test_the_last_round_reads_conclusions_only_and_its_answer_is_returned():
    world = World(SAID, in_order=True, reply=lambda prompt: "all: \\boxed{7}" if SHOWN.search(prompt) else None)
    result = await world.solve(Pacore(), 4)

    assert result.text == "all: \\boxed{7}"
    assert sorted(SHOWN.findall(transcript(world.generator.generations[-1].prompt))) == [
        "\\boxed{1}",
        "\\boxed{2}",
        "\\boxed{2}",
    ]
    assert sorted(result.answer.chosen.sources) == ["0", "1", "2"]


async def test_a_middle_round_reads_the_first_and_is_read_by_the_last():
    def reply(prompt: str) -> str | None:
        shown = SHOWN.findall(prompt)
        return f"\\boxed{{{len(shown)}}}" if shown else None

    result = await World(SAID, in_order=True, reply=reply).solve(Pacore(), 37)
    texts = [one.text for one in result.answer.candidates]

    assert result.text == "\\boxed{4}"
    assert texts[32:36] == ["\\boxed{32}"] * 4


@pytest.mark.parametrize("fault", [Fault.REFUSES, Fault.SPOILS], ids=lambda one: one.value)
async def test_where_the_last_round_fails_the_one_before_it_votes(fault: Fault):
    result = await World(SAID, in_order=True, faults={1: fault}).solve(Pacore(), 4)

    assert result.text == "more\n\n\\boxed{2}"
    assert result.answer.stopped_by is StoppedBy.FAILURES


async def test_a_last_answer_that_lost_all_final_answers_leaves_it_to_those_before():
    world = World(SAID, in_order=True, reply=lambda prompt: "well" if SHOWN.search(prompt) else None)
    result = await world.solve(Pacore(), 4)

    assert result.text == "more\n\n\\boxed{2}"


def test_when_the_time_ends_the_last_whole_round_votes():
    world = World(SAID, in_order=True, faults={1: Fault.STALLS})
    result = virtual_time.run(world.solve(Pacore(), 4, seconds=1))

    assert result.text == "more\n\n\\boxed{2}"
    assert result.answer.stopped_by is StoppedBy.SECONDS


@pytest.mark.parametrize(("samples", "rounds"), [(2, (1, 1)), (5, (4, 1)), (17, (16, 1)), (37, (32, 4, 1))])
def test_the_papers_widths_are_those_of_their_budgets(samples: int, rounds: tuple[int, ...]):
    assert widths(samples) == rounds


@given(st.integers(2, 1000))
def test_the_rounds_of_every_budget_spend_it_and_narrow_to_one(samples: int):
    rounds = widths(samples)

    assert sum(rounds) == samples
    assert list(rounds) == sorted(rounds, reverse=True)
    assert rounds[-1] == 1


@pytest.mark.parametrize(
    ("text", "end"),
    [("<think>a\n\nb</think>\n\nc\n\nd", "c\n\nd"), ("a\n\nb\n\n", "b"), ("a\nb", "a\nb"), ("", "")],
)
def test_a_conclusion_leaves_the_reasoning_out(text: str, end: str):
    assert conclusion(text) == end
