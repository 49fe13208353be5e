"""Allowances: what a tenant may do in a minute and at once, and what is kept of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from its_orchestrator.ledger import Ledger
from its_orchestrator.limits.allowance import Allowance, RequestsRunning, RequestsUsed, TokensUsed
from its_orchestrator.limits.allowances import FEW, Allowances
from its_orchestrator.limits.bucket import Bucket
from its_orchestrator.limits.claim import Claim, Limits


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def claim(tokens=0, request="", calls=1, **limits):
    return Claim(Limits(**limits), tokens, request, calls)


def left(allowance, kind):
    return int(dict(allowance.left())[f"x-ratelimit-remaining-{kind}"])


def test_an_estimate_is_taken_at_the_beginning_and_the_truth_in_the_end():
    allowance = Allowance(Clock())
    with allowance.enter(claim(60, tokens_per_minute=100)) as spending:
        before = left(allowance, "tokens")
        spending.comes_to(Ledger(prompt_tokens=3, completion_tokens=7, reward_tokens=50))

    assert (before, left(allowance, "tokens")) == (40, 90)


def test_a_call_whose_run_never_began_costs_nothing():
    allowance = Allowance(Clock())
    with allowance.enter(claim(60, tokens_per_minute=100)):
        pass

    assert left(allowance, "tokens") == 100


def test_a_run_that_cost_more_than_was_thought_is_paid_for_by_waiting():
    clock = Clock()
    allowance = Allowance(clock)
    with allowance.enter(claim(10, tokens_per_minute=60)) as spending:
        spending.comes_to(Ledger(completion_tokens=90))
    with pytest.raises(TokensUsed, match="60 tokens a minute") as refused:
        allowance.enter(claim(10, tokens_per_minute=60))
    clock.now += refused.value.retry_after

    assert refused.value.retry_after == 40
    assert allowance.enter(claim(10, tokens_per_minute=60))


def test_what_is_refused_takes_nothing():
    allowance = Allowance(Clock())
    limits = {"requests_per_minute": 9, "concurrent": 1, "tokens_per_minute": 100}
    first = allowance.enter(claim(60, **limits))
    with pytest.raises(RequestsRunning, match="wait for one of them"):
        allowance.enter(claim(1, **limits))
    first.settle(Ledger(completion_tokens=60))
    with pytest.raises(TokensUsed):
        allowance.enter(claim(60, **limits))

    assert (left(allowance, "requests"), left(allowance, "tokens")) == (8, 40)


def test_who_hears_of_an_answer_may_come_back_before_its_call_has_ended():
    allowance = Allowance(Clock())
    with allowance.enter(claim(concurrent=1)) as spending:
        spending.settle(Ledger())
        again = allowance.enter(claim(concurrent=1))

    with pytest.raises(RequestsRunning):
        allowance.enter(claim(concurrent=1))
    again.end()
    assert allowance.is_whole


def test_calls_of_one_request_are_one_request_whenever_they_come():
    allowance = Allowance(Clock())
    part = claim(10, "a", 3, requests_per_minute=2, concurrent=1, tokens_per_minute=100)
    first = allowance.enter(part)
    first.settle(Ledger(completion_tokens=10))
    second, third = allowance.enter(part), allowance.enter(part)
    with pytest.raises(RequestsRunning):
        allowance.enter(claim(requests_per_minute=2, concurrent=1, tokens_per_minute=100))
    second.settle(Ledger(completion_tokens=10))
    third.settle(Ledger(completion_tokens=10))

    assert (left(allowance, "requests"), left(allowance, "tokens")) == (1, 70)


def test_a_request_of_several_calls_is_refused_at_the_first_where_the_tokens_of_all_are_not_there():
    allowance = Allowance(Clock())
    allowance.enter(claim(30, tokens_per_minute=100))

    with pytest.raises(TokensUsed):
        allowance.enter(claim(30, "a", 3, tokens_per_minute=100))


def test_more_calls_than_a_request_announced_are_another_request():
    allowance = Allowance(Clock())
    part = claim(0, "a", 2, requests_per_minute=1)
    allowance.enter(part)
    allowance.enter(part)

    with pytest.raises(RequestsUsed):
        allowance.enter(part)


def test_calls_that_never_come_keep_nobody_out():
    clock = Clock()
    allowance = Allowance(clock)
    with allowance.enter(claim(0, "a", 3, concurrent=1)):
        pass
    with allowance.enter(claim(concurrent=1)):
        clock.now += 61
        with pytest.raises(RequestsRunning):
            allowance.enter(claim(0, "b", 2, concurrent=1))
    for _ in range(2):
        with allowance.enter(claim(0, "a", 3, concurrent=1)):
            pass

    assert allowance.is_whole


def test_new_limits_hold_from_the_next_request_and_what_was_used_stays_used():
    allowance = Allowance(Clock())
    for _ in range(2):
        allowance.enter(claim(requests_per_minute=2)).end()
    with pytest.raises(RequestsUsed):
        allowance.enter(claim(requests_per_minute=2))
    allowance.enter(claim(requests_per_minute=5)).end()

    assert left(allowance, "requests") == 2
    allowance.enter(claim(concurrent=1))
    assert allowance.left() == ()


def test_tenants_share_nothing():
    allowances = Allowances(Clock())
    allowances.of("a").enter(claim(requests_per_minute=1))

    assert allowances.of("b").enter(claim(requests_per_minute=1))
    with pytest.raises(RequestsUsed):
        allowances.of("a").enter(claim(requests_per_minute=1))


def test_who_is_idle_and_has_all_again_is_forgotten_and_nobody_else():
    clock = Clock()
    allowances = Allowances(clock)
    running = allowances.of("runs").enter(claim(concurrent=1))
    for tenant in range(10 * FEW):
        allowances.of(str(tenant)).enter(claim(requests_per_minute=60)).end()
        clock.now += 1
    with pytest.raises(RequestsRunning):
        allowances.of("runs").enter(claim(concurrent=1))
    running.end()

    assert len(allowances) <= 2 * FEW


def test_a_request_larger_than_a_minutes_worth_runs_alone_and_is_paid_for_afterwards():
    clock = Clock()
    bucket = Bucket(60, clock)

    assert bucket.wait(600) == 0
    bucket.take(600)

    assert (bucket.left, bucket.wait(1)) == (0, 541)
    clock.now = 541
    assert bucket.wait(1) == 0


@given(st.integers(1, 10_000), st.lists(st.tuples(st.floats(0, 100), st.integers(1, 500)), max_size=30))
def test_nobody_gets_more_than_a_minutes_worth_and_what_the_time_since_has_brought(limit, asks):
    clock, taken = Clock(), 0
    bucket = Bucket(limit, clock)
    for pause, amount in asks:
        clock.now += pause
        if amount <= limit and not bucket.wait(amount):
            bucket.take(amount)
            taken += amount

    assert taken <= limit + clock.now * limit / 60 + 1e-6


@given(st.integers(1, 1000), st.floats(0, 1000))
def test_whoever_waits_as_long_as_told_is_let_in(limit, amount):
    clock = Clock()
    bucket = Bucket(limit, clock)
    bucket.take(limit)

    clock.now += bucket.wait(amount)

    assert bucket.wait(amount) <= 1e-6


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500), st.integers(0, 500)), min_size=1, max_size=20))
def test_whatever_was_thought_the_truth_is_what_is_paid(calls):
    allowance = Allowance(Clock())
    most = {"tokens_per_minute": 10**6}
    for estimate, prompt, completion in calls:
        with allowance.enter(claim(estimate, **most)) as spending:
            spending.comes_to(Ledger(prompt_tokens=prompt, completion_tokens=completion))

    assert left(allowance, "tokens") == 10**6 - sum(prompt + completion for _, prompt, completion in calls)
