"""Auto answers at once where its probes agree, votes where most do, and lets a reward model choose where they don't."""

from its.orchestrator.v1 import answer_pb2
from its_orchestrator.algorithms import Auto
from its_orchestrator.budget import StoppedBy
from its_orchestrator.engines import Identity, RewardModel
from its_orchestrator.events import Note
from its_orchestrator.testing import Addresses, Fault, Result, World, serve_generator

DIFFERENT = [f"\\boxed{{{number}}}" for number in range(8)]


def notes(result: Result) -> list[str]:
    return [event.kind.message for event in result.events if isinstance(event.kind, Note)]


async def test_probes_that_agree_are_the_answer():
    result = await World(["\\boxed{4}"]).solve(Auto(), 16)

    assert result.answer.ledger.samples == 4
    assert result.answer.stopped_by is StoppedBy.DECIDED
    assert notes(result)[0].startswith("direct: 100% of 4 probes agree; 10 tokens and 1.0 steps")


async def test_probes_of_which_most_agree_start_a_vote_in_which_they_count():
    said = ["\\boxed{1}", "\\boxed{2}", "so \\boxed{2}", "\\boxed{3}", "\\boxed{1}", "as \\boxed{2}", "\\boxed{3}"]
    world = World(said, in_order=True, judge=lambda text: 0.9 if "1" in text else 0.1)
    result = await world.solve(Auto(agreement=0.5), 7)

    assert "\\boxed{2}" in result.text
    assert result.answer.chosen.votes == 3
    assert notes(result)[0].startswith("beta-self-consistency: 50% of 4")


async def test_probes_that_differ_leave_it_to_the_reward_model_which_scores_them_too():
    world = World(DIFFERENT, in_order=True, judge=lambda text: 0.9 if "2" in text else 0.1)
    result = await world.solve(Auto(), 8)

    assert result.text == "\\boxed{2}"
    assert all(one.score is not None for one in result.answer.candidates)
    assert notes(result)[0].startswith("best-of-n: 25% of 4")


async def test_probes_that_differ_and_have_many_steps_start_a_search_over_steps():
    said = [f"one\n\ntwo {number}\n\n\\boxed{{{number}}}" for number in range(8)]
    world = World(said, judge=lambda text: 0.9 if "2" in text else 0.1)
    result = await world.solve(Auto(), 12, seed=2)

    assert notes(result)[0].startswith("particle-filtering: ")
    assert "3.0 steps" in notes(result)[0]
    assert "\\boxed{2}" in result.text
    assert result.answer.ledger.samples == 12


async def test_a_search_over_steps_is_not_chosen_where_no_beginning_is_scored():
    said = [f"one\n\ntwo {number}\n\n\\boxed{{{number}}}" for number in range(8)]
    whole = RewardModel(Identity("whole"), process=False, scores_partial=False)
    result = await World(said, in_order=True, reward_model=whole).solve(Auto(), 12)

    assert notes(result)[0].startswith("best-of-n: ")


async def test_probes_that_agree_and_are_surer_than_the_others_start_a_vote_by_confidence():
    said = ["\\boxed{1}", "?\\boxed{2}", "\\boxed{1}", "\\boxed{1}"] * 4
    world = World(said, in_order=True, confidence=lambda token: 0.1 if token == "?" else 2.0)
    result = await world.solve(Auto(), 12)

    assert notes(result)[0].startswith("deepconf: 75% of 4 probes agree, +")
    assert result.text == "\\boxed{1}"
    assert result.answer.chosen.weight


async def test_where_nothing_can_be_scored_the_probes_vote():
    world = World(DIFFERENT, in_order=True, reward_faults=dict.fromkeys(range(9), Fault.DOWN))
    result = await world.solve(Auto(), 8)

    assert result.text in DIFFERENT[:4]


async def test_a_budget_of_its_probes_is_a_vote_of_them_where_most_agree():
    result = await World(["\\boxed{1}", "\\boxed{2}"], in_order=True).solve(Auto(agreement=0.5), 3)

    assert result.text == "\\boxed{1}"
    assert result.answer.ledger.samples == 3
    assert notes(result)[0].startswith("vote of the probes")


async def test_of_probes_that_differ_and_are_all_that_there_is_the_best_is_the_answer():
    world = World(DIFFERENT, in_order=True, judge=lambda text: 0.9 if "1" in text else 0.1)
    result = await world.solve(Auto(), 3)

    assert result.text == "\\boxed{1}"
    assert result.answer.ledger.samples == 3
    assert notes(result)[0].startswith("best of the probes")


async def test_without_a_reward_service_differing_probes_start_a_vote(orchestrate_at, closed_port):
    async with (
        serve_generator(World(DIFFERENT, in_order=True)) as generator,
        orchestrate_at(Addresses(generator, closed_port.reward)) as its,
    ):
        solved = await its.solve(algorithm="auto", samples=8)

    assert solved.answer.stopped_by == answer_pb2.STOPPED_BY_COMPLETED
    assert solved.answer.ledger.samples == 8
