"""DeepConf lets the confident traces vote by their confidence, and stops the others while they are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from its_orchestrator.algorithms import DeepConf
from its_orchestrator.algorithms._trace_confidence import Floor, groups, measured, percentile
from its_orchestrator.budget import StoppedBy
from its_orchestrator.clients import GeneratorClient, RewardClient
from its_orchestrator.engines import GeneratorModel, Identity
from its_orchestrator.events import Note
from its_orchestrator.limits.recorder import Recorder
from its_orchestrator.running.run import Engines, Run
from its_orchestrator.testing import Fault, World, laws, served, virtual_time
from its_runtime.channel import open_channel

values = st.lists(st.floats(0, 100), min_size=1, max_size=40)
SURE, UNSURE = "!" * 8, "?" * 8


def confidence(token: str) -> float:
    return {"!": 5.0, "?": 0.5}.get(token, 2.0)


def world(*answers: str, **script) -> World:
    return World(answers, in_order=True, confidence=confidence, **script)


def notes(result) -> str:
    return "; ".join(event.kind.message for event in result.of(Note))


async def offline(*answers: str, **parameters):
    return await world(*answers).solve(DeepConf(window=4, **parameters), len(answers))


async def test_one_confident_trace_outweighs_two_unsure_ones():
    result = await offline(f"{UNSURE}\\boxed{{1}}", f"{UNSURE}\\boxed{{1}}", f"{SURE}\\boxed{{2}}", eta=100)

    assert result.text == f"{SURE}\\boxed{{2}}"
    assert [one.votes for one in result.answer.candidates] == [1.0, 1.0, 2.0]
    assert [one.weight for one in result.answer.candidates] == [0.5, 0.5, 2.0]


async def test_only_the_most_confident_vote():
    unsure = [f"{UNSURE}\\boxed{{1}}"] * 17
    result = await offline(*unsure, *[f"{SURE}\\boxed{{2}}"] * 3, eta=10)

    assert result.text == f"{SURE}\\boxed{{2}}"
    assert [one.votes for one in result.answer.candidates] == [None] * 17 + [6.0] * 3


async def test_at_least_three_vote_however_strict_the_filter():
    result = await offline(*[f"{SURE}\\boxed{{{place}}}" for place in "12344"], eta=1)

    assert sum(one.votes is not None for one in result.answer.candidates) == 3


async def test_equivalent_answers_vote_together():
    result = await offline("\\boxed{1}", "so \\boxed{0.5}", "\\boxed{1/2}", eta=100)

    assert result.answer.chosen.votes == pytest.approx(4.0)


async def test_with_fewer_than_three_ballots_the_majority_decides_unfiltered():
    result = await offline(f"{SURE}\\boxed{{1}}", f"{UNSURE}\\boxed{{2}}", "no idea", "none", eta=100)

    assert "all traces vote alike" in notes(result)
    assert [one.votes for one in result.answer.candidates] == [1, 1, None, None]


async def test_no_more_alternatives_are_asked_for_than_there_are():
    few = world("\\boxed{1}")
    await few.solve(DeepConf(top_k=20), 4)
    await few.solve(DeepConf(top_k=3), 4)

    assert [one.logprobs for one in few.generator.generations] == [5, 3]


async def test_without_alternatives_the_majority_decides():
    model = GeneratorModel(Identity("toy", "1", "code points"), max_top_logprobs=0)
    result = await world("\\boxed{1}", "\\boxed{2}", "so \\boxed{2}", model=model).solve(DeepConf(), 3)

    assert result.text == "\\boxed{2}"
    assert [one.votes for one in result.answer.candidates] == [1, 2, 2]


def sure(answer: str) -> str:
    return f"{SURE * 8}\\boxed{{{answer}}}"


def unsure(answer: str) -> str:
    return f"{SURE}{UNSURE * 8}\\boxed{{{answer}}}"


WARM = [sure("1"), sure("2"), sure("3"), sure("1")]


def online(**parameters) -> DeepConf:
    return DeepConf(**{"mode": "online", "window": 8, "warmup": 4} | parameters)


async def test_a_doubtful_trace_is_stopped_alone_and_the_others_end():
    scripted = world(*WARM, unsure("9"), sure("1"), unsure("9"), sure("2"))
    result = await scripted.solve(online(), 8)
    ledger, whole = result.answer.ledger, len(unsure("9"))

    assert result.text == sure("1")
    assert [one.stop_reason is None for one in result.answer.candidates] == [False] * 4 + [True, False] * 2
    assert [one.votes is None for one in result.answer.candidates] == [False] * 4 + [True, False] * 2
    assert 0 < ledger.aborted_tokens < whole
    laws.assert_exact(scripted, ledger)
    assert "2 of 8 traces were stopped" in notes(result)


def test_a_trace_that_hangs_after_doubtful_tokens_is_left_too():
    scripted = world(*WARM, unsure("9"), sure("1"), faults={1: Fault.HANGS, 2: Fault.HANGS})
    result = virtual_time.run(scripted.solve(online(eta=100, confidence="mean"), 6, seconds=5))

    assert result.answer.candidates[4].text == unsure("9")[:16]


async def test_a_trace_is_stopped_alone_over_grpc_and_the_ledger_is_exact():
    hanging = {1: Fault.HANGS, 3: Fault.HANGS}
    scripted = world(*WARM, unsure("9"), sure("1"), unsure("9"), sure("2"), faults=hanging)
    async with served(scripted) as at, open_channel(at.generator) as generator, open_channel(at.reward) as reward:
        clients = GeneratorClient(generator, at.generator), RewardClient(reward, at.reward)
        engines = Engines(*clients, scripted.engines.equivalence)
        answer = await Run(scripted.order(online(), 8), engines, Recorder("t", frozenset())).answer()

    assert answer.chosen.text == sure("1")
    assert answer.ledger.aborted_tokens == 2 * 16
    laws.assert_exact(scripted, answer.ledger)
    assert scripted.quiet


async def test_traces_like_those_of_the_warm_up_are_never_stopped():
    scripted = world(sure("1"), sure("2"), sure("3"), sure("4"))
    result = await scripted.solve(online(eta=10), 16)

    assert result.answer.ledger.aborted_tokens == 0
    assert all(one.finished for one in result.answer.candidates)


async def test_agreement_ends_it_right_after_the_warm_up():
    result = await world(sure("1")).solve(online(), 16)

    assert result.answer.stopped_by is StoppedBy.DECIDED
    assert result.answer.ledger.samples == 4


async def test_agreement_among_the_rest_stops_those_that_still_run():
    late = "very " * 60 + "long \\boxed{2}"
    result = await world(*map(sure, "11121"), late, late, late).solve(online(consensus=0.79), 8)

    assert result.answer.stopped_by is StoppedBy.DECIDED
    assert result.answer.ledger.aborted_tokens > 0


async def test_two_traces_agree_about_nothing():
    result = await world("?", "?", sure("1"), sure("1"), sure("2")).solve(online(warmup=4), 8)

    assert result.answer.stopped_by is StoppedBy.COMPLETED


async def test_a_small_budget_warms_up_with_half_of_it_and_says_so():
    result = await world(*WARM).solve(online(warmup=16), 8)

    assert "the warm-up has 4 traces" in notes(result)


@pytest.mark.parametrize("samples", [1, 2, 3, 5, 16])
async def test_online_keeps_the_laws_of_algorithms(samples: int):
    answers = [sure("1"), unsure("2"), "no idea", sure("3"), f"{UNSURE}\\boxed{{3}}"]

    await laws.hold(online(), lambda: World(answers, confidence=confidence), samples)


@pytest.mark.parametrize("fault", [Fault.DOWN, Fault.BREAKS, Fault.SPOILS, Fault.FORGETS], ids=lambda one: one.value)
async def test_online_survives_what_fails(fault: Fault):
    faults = dict.fromkeys(range(0, 12, 2), fault)

    await laws.it_survives(online(), lambda: world(*WARM, unsure("9"), faults=faults), 8)


async def test_online_keeps_a_budget_of_tokens():
    await laws.budget_is_kept(online(), lambda: world(*WARM, unsure("9")), 8, tokens=300)


@given(values, st.integers(1, 50))
def test_groups_are_the_means_of_neighbours(confidences: list[float], window: int):
    size = min(window, len(confidences))
    means = [sum(confidences[at : at + size]) / size for at in range(len(confidences) - size + 1)]

    assert groups(confidences, window) == pytest.approx(means)


@given(values, st.integers(1, 50))
def test_the_lowest_group_is_below_the_lowest_tenth_and_both_below_the_highest(confidences: list[float], window: int):
    lowest, tenth = [measured(confidences, kind, window) for kind in ("lowest-group", "bottom-10")]

    assert lowest <= tenth + 1e-9
    assert tenth <= max(confidences) + 1e-9


def test_the_tail_is_the_last_group_and_the_mean_is_of_all():
    confidences = [1.0, 2.0, 3.0, 6.0]

    assert measured(confidences, "tail", 2) == 4.5
    assert measured(confidences, "mean", 2) == 3.0
    assert measured([], "tail", 2) == 0.0


@given(values, st.integers(1, 8), st.floats(0, 100))
def test_what_is_stopped_would_never_have_passed(confidences: list[float], window: int, least: float):
    floor = Floor(least, window)
    stopped = any(floor.broken(confidences[:end]) for end in range(len(confidences) + 1))

    assert not (stopped and floor.holds(confidences))


@pytest.mark.parametrize(("percent", "expected"), [(0, 1.0), (50, 2.5), (90, 3.7), (100, 4.0)])
def test_a_percentile_lies_between_neighbours_in_proportion(percent: float, expected: float):
    assert percentile([4.0, 2.0, 1.0, 3.0], percent) == pytest.approx(expected)


def test_what_makes_no_sense_is_refused():
    with pytest.raises(ValidationError):
        DeepConf(eta=0)
