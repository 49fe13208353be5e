"""A ledger tells how much of a run's time calls of each kind were open, and counts none of it twice."""

from contextlib import ExitStack

from its_orchestrator.algorithms import BestOfN, ParticleFiltering, SelfConsistency
from its_orchestrator.limits.stopwatch import Stopwatch
from its_orchestrator.testing import World


def test_blocks_that_overlap_are_told_of_once_when_the_last_one_ends():
    told: list[float] = []
    watch = Stopwatch(told.append)
    with ExitStack() as first, ExitStack() as second:
        first.enter_context(watch.running())
        second.enter_context(watch.running())
        first.close()
        assert not told
        second.close()
        assert len(told) == 1
        with watch.running():
            pass

    assert len(told) == 2
    assert min(told) >= 0


async def test_a_search_in_rounds_waits_for_one_kind_at_a_time():
    ledger = (await World(["a\n\nb\n\nc", "d\n\ne"]).solve(ParticleFiltering(), 4)).answer.ledger

    assert ledger.generator_seconds > 0
    assert ledger.reward_seconds > 0
    assert ledger.generator_seconds + ledger.reward_seconds <= ledger.seconds


async def test_neither_kind_takes_longer_than_the_run():
    ledger = (await World(["a", "b"]).solve(BestOfN(), 4)).answer.ledger

    assert 0 < ledger.generator_seconds <= ledger.seconds
    assert 0 < ledger.reward_seconds <= ledger.seconds


async def test_a_run_without_scores_waits_for_no_reward_model():
    assert (await World(["a", "b"]).solve(SelfConsistency(), 4)).answer.ledger.reward_seconds == 0
